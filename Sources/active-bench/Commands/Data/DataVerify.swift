import ArgumentParser
import DatasetTools
import Datasets
import Environments
import Failures

extension DataCommand {
    /// `active-bench data verify`.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check datasets as a run would, in child processes that a damaged file may crash.",
            discussion: """
                Every file must pass the loader's checks, and --sha256 also compares its digest. Exit code 65 if a file \
                fails; the others are still checked. A note is printed for a file that has the name of a published one \
                but another digest, or of one of our own datasets but other contents.
                """)

        @Argument(help: "Datasets, or paths of HDF5 files.")
        var datasets: [String]
        @OptionGroup var subject: Subject
        @Option(name: .customLong("sha256"), help: "The expected digest; for a single file.")
        var digest: String?

        func validate() throws {
            guard let digest else { return }
            guard digest.count == 64, digest.allSatisfy(\.isHexDigit) else {
                throw ValidationError("--sha256: expected 64 hexadecimal digits, found '\(digest)'")
            }
            guard datasets.count == 1 else {
                throw ValidationError("--sha256: expected one file, found \(datasets.count)")
            }
        }

        func run() throws {
            var files: [DatasetPath] = []
            var failures: [ExitStatus] = []
            /// Runs `body`; reports an error and continues.
            func attempt(_ body: () throws -> Void) {
                do {
                    try body()
                } catch {
                    say(error)
                    failures.append(ExitStatus(for: error))
                }
            }
            for dataset in datasets {
                attempt {
                    let file = try datasetFile(dataset)
                    // Compares only bytes, so this is safe for any file.
                    if let digest { try checkSHA256(digest, ofFile: file.path) }
                    files.append(file)
                }
            }
            try runAlone {
                for inspection in try inspect(files) {
                    var verdict: String?
                    attempt { verdict = try self.verdict(on: inspection) }
                    if let verdict { try emit(line: verdict) }
                }
            }
            if !failures.isEmpty { throw ExitCode(ExitStatus(ofAll: failures).rawValue) }
        }

        /// Inspects the files in order; consecutive files of one layout share a child process.
        private func inspect(_ files: [DatasetPath]) throws -> [DatasetInspection] {
            var (inspections, rest): ([DatasetInspection], ArraySlice<DatasetPath>) = ([], files[...])
            while let layout = rest.first?.layout {
                let alike = rest.prefix { $0.layout == layout }
                inspections += try subject.inspector(layout).inspect(alike.map(\.path))
                rest = rest.dropFirst(alike.count)
            }
            return inspections
        }

        /// Describes a file that passes the loader's checks.
        ///
        /// - Throws: the error of one that does not.
        private func verdict(on inspection: DatasetInspection) throws -> String {
            let summary = try inspection.summary()
            let other =
                try noteOnDigest(ofFile: inspection.path)
                ?? RecipeCatalogue.note(onFile: inspection.path, contentsSHA256: summary.contentsSHA256)
            let known = other == nil ? knownName(ofFile: inspection.path) : ""
            func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
            let counts = "\(counted(summary.rows, "row")), \(counted(summary.transitions, "transition"))"
            let notes = [other].compactMap { $0 } + summary.remarks
            return "\(inspection.path): good, \(known)\(counts)" + notes.map { "\n  note: \($0)" }.joined()
        }

        private func knownName(ofFile path: String) -> String {
            if let published = D4RLCatalogue.entry(ofFile: path) { return "D4RL's \(published.dataset), " }
            if let own = RecipeCatalogue.recording(ofFile: path) {
                let isKnown = own.contents != nil
                return isKnown ? "our \(own.dataset), " : "by its name our \(own.dataset), of unknown digest, "
            }
            return datasetOfUnknownDigest(path).map { "by its name D4RL's \($0), of unknown digest, " } ?? ""
        }

        private func noteOnDigest(ofFile path: String) throws -> String? {
            guard D4RLCatalogue.entry(ofFile: path) != nil else { return nil }
            return D4RLCatalogue.note(onFile: path, sha256: try sha256(ofFile: path))
        }
    }
}

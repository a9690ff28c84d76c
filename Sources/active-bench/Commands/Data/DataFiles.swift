import ArgumentParser
import DatasetTools
import Datasets
import Environments
import Foundation
import Studies
import Suites

extension DataCommand {
    /// The environment of a file whose name does not tell it.
    struct Subject: ParsableArguments {
        @Option(help: "Environment of the data (default: implied by the file's name).")
        var environment: String?
        @Option(help: "Dynamics profile of the environment.")
        var profile: DynamicsProfile?

        func validate() throws {
            if profile != nil && environment == nil {
                throw ValidationError("--profile: expected with --environment")
            }
        }

        /// An inspector that reads files of a layout in child processes.
        func inspector(_ layout: StoredDataset.Layout) throws -> DatasetInspector {
            var words = ["data", "inspect", "--layout", layout.rawValue]
            if let environment {
                _ = try EnvironmentRegistry.resolve(environment).profile(asked: profile, as: environment)
                words += ["--environment", environment] + (profile.map { ["--profile", $0.rawValue] } ?? [])
            }
            return DatasetInspector(ownArguments: words + ["--"])
        }
    }

    /// `active-bench data info`.
    struct Info: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what is in a dataset: rows, transitions, returns, metadata, digests.")

        @Argument(help: "Dataset, or path of an HDF5 file.")
        var dataset: String
        @OptionGroup var subject: Subject
        @Flag(help: "As JSON.")
        var json = false

        func run() throws {
            try runAlone {
                let file = try datasetFile(dataset)
                let path = file.path
                // Evaluated first, so that a missing file is reported as missing.
                let information = Information(
                    path: path, bytes: try size(ofFile: path), sha256: try sha256(ofFile: path),
                    summary: try subject.inspector(file.layout).inspect([path])[0].summary())
                if json { try emitJSON(information) } else { try emit(information.report) }
            }
        }
    }

    /// `active-bench data inspect`: the child process of `info` and `verify`.
    struct Inspect: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read files within limits of memory and time; a line of JSON for each.", shouldDisplay: false)

        @Option(help: "Seconds a file may take; by its size if not given.")
        var seconds: Double?
        @Option(help: "Bytes of memory a file may take; by its size if not given.")
        var memory: Int?
        @Option(help: "Expected layout of the files: d4rl, minari, either.")
        var layout = StoredDataset.Layout.either
        @OptionGroup var subject: Subject
        @Argument(help: "Paths of HDF5 files.")
        var paths: [String]

        func run() throws {
            try runAlone {
                let environment = try subject.environment.map { text in
                    let named = try EnvironmentRegistry.resolve(text)
                    return try EnvironmentRegistry.specification(
                        named.name, profile: named.profile(asked: subject.profile, as: text))
                }
                try DatasetInspection.answer(
                    paths, of: environment, layout: layout, seconds: seconds, memory: memory)
            }
        }
    }
}

extension StoredDataset.Layout: ExpressibleByArgument {}

/// The D4RL dataset that the file's name suggests, if its digest is unknown here.
func datasetOfUnknownDigest(_ path: String) -> String? {
    DatasetLocation.dataset(ofFile: (path as NSString).lastPathComponent).flatMap {
        D4RLTasks.isOfUnknownDigest($0) ? $0 : nil
    }
}

/// The output of `data info` for a file.
private struct Information: Encodable {
    let path: String
    let bytes: Int
    let sha256: String
    /// The dataset suggested by the file's name, if D4RL publishes it.
    let published: String?
    /// Whether it is D4RL's file; nil if D4RL publishes none of this name.
    let isPublished: Bool?
    /// The environment and profile for policies learnt from Minari data, or why there is none; nil for data in D4RL's
    /// layout.
    let judge: String?
    let summary: DatasetSummary

    init(path: String, bytes: Int, sha256: String, summary: DatasetSummary) {
        let known = D4RLCatalogue.entry(ofFile: path)
        self.path = path
        self.bytes = bytes
        self.sha256 = sha256
        published = known?.dataset
        isPublished = known.map { $0.entry.sha256 == sha256 }
        judge = summary.episodes == nil ? nil : Self.judge(ofMinari: path)
        self.summary = summary
    }

    private static func judge(ofMinari path: String) -> String {
        do {
            let found = try MinariEvaluationEnvironment(of: MinariFolder(at: path))
            try found.requireOurs()
            let judge = found.environment
            let profile = judge.profile ?? .d4rl
            return "\(judge.name), profile \(profile.rawValue), scored by D4RL's reference returns of it"
        } catch {
            return "no environment: \(error)"
        }
    }

    /// The information as text, on one screen.
    var report: String {
        let judge = self.judge.map { "\nevaluated in  \($0)" } ?? ""
        let published =
            switch (self.published, isPublished) {
            case (let name?, true): "yes, D4RL's \(name)"
            case (let name?, _): "no: D4RL's \(name) has another SHA-256"
            default:
                datasetOfUnknownDigest(path).map { "by its name D4RL's \($0), whose digest is unknown here" }
                    ?? RecipeCatalogue.recording(ofFile: path).flatMap {
                        $0.contents == summary.contentsSHA256 ? "no: our \($0.dataset)" : nil
                    } ?? "no, not by D4RL"
            }
        let entries = summary.metadata.sorted { $0.key < $1.key }
        return """
            file          \(path)
            bytes         \(bytes)
            sha256        \(sha256)
            published     \(published)
            rows          \(summary.rows), observations of \(summary.stateSize), actions of \(summary.actionSize)
            transitions   \(summary.transitions)\(summary.episodes.map { ", all steps of \($0) episodes" } ?? " by D4RL's rule")
            terminals     \(summary.terminals)
            timeouts      \(summary.timeouts.map { String($0) } ?? "not in the file")
            trajectories  \(summary.returns.trajectories)
            returns       \(String(format: "%.2f to %.2f", summary.returns.minimum, summary.returns.maximum))
            contents      sha256 \(summary.contentsSHA256)\(judge)
            metadata      \(summary.metadata.isEmpty ? "none" : "\(summary.metadata.count) entries")

            """ + entries.prefix(12).map { "  \($0.key)  \($0.value.prefix(80))\n" }.joined()
                + (entries.count > 12 ? "  … (all with --json)\n" : "")
                + ([
                    D4RLCatalogue.note(onFile: path, sha256: sha256),
                    RecipeCatalogue.note(onFile: path, contentsSHA256: summary.contentsSHA256),
                ].compactMap { $0 } + summary.remarks)
                .map { "note          \($0)\n" }.joined()
    }
}

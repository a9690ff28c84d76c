import ArgumentParser
import Datasets
import Environments
import Failures
import Foundation
import Paths
import Suites

/// `active-bench data`: lists, inspects and verifies datasets.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "List datasets, show their contents, and verify their files.",
        discussion: """
            jobs/fetch-d4rl.sh downloads D4RL's datasets, jobs/make-datasets.sh makes our own. Files are searched for in \
            the folders ACTIVE_BENCH_DATA and D4RL_DATASET_DIR, by default in \
            ~/.local/share/active-bench/datasets.
            """,
        subcommands: [List.self, Info.self, Verify.self, Inspect.self, Compare.self, Recipes.self])

    /// `active-bench data list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the datasets of the paper's table, and our own if they exist.")

        @Argument(help: "Datasets; all if none is named.")
        var datasets: [String] = []
        @Flag(help: "As JSON.")
        var json = false
        @Flag(help: "What D4RL publishes, for scripts: name, address, bytes, SHA-256 and file, separated by tabs.")
        var tsv = false

        func validate() throws {
            guard !(json && tsv) else { throw ValidationError("--json and --tsv: expected one of them") }
        }

        func run() throws {
            try runAlone {
                let location = DatasetLocation()
                let listings =
                    datasets.isEmpty
                    ? try location.listings() : try datasets.map { try listing($0, location) }
                if json {
                    try emitJSON(listings)
                } else if tsv {
                    try emit(table(datasets.isEmpty ? listings.filter { $0.url != nil } : listings))
                } else {
                    try emit(report(listings, location))
                }
            }
        }

        private func listing(_ dataset: String, _ location: DatasetLocation) throws -> DatasetListing {
            let listing = location.listing(dataset)
            if listing.state == .absent { try refuseMisspelt(dataset) }
            return listing
        }

        private func table(_ listings: [DatasetListing]) throws -> String {
            try listings.map { listing in
                guard let url = listing.url, let bytes = listing.publishedBytes, let digest = listing.publishedSHA256
                else {
                    if let url = listing.url {
                        throw HarnessError.badInput(
                            "\(listing.dataset): size and digest of \(url) are unknown here: download it yourself, by this name"
                        )
                    }
                    throw HarnessError.badInput(
                        "\(listing.dataset): D4RL publishes no such dataset; `active-bench data list` prints those "
                            + "that D4RL publishes, and jobs/make-datasets.sh makes our own")
                }
                return [listing.dataset, url, String(bytes), digest, listing.file].joined(separator: "\t") + "\n"
            }.joined()
        }

        private func report(_ listings: [DatasetListing], _ location: DatasetLocation) -> String {
            let width = listings.map(\.dataset.count).max() ?? 0
            var lines = ["dataset".padded(to: width) + "       bytes  state       file"]
            lines += listings.map { listing in
                let bytes = (listing.publishedBytes ?? listing.bytes).map { String($0) } ?? "-"
                return listing.dataset.padded(to: width) + String(repeating: " ", count: max(0, 12 - bytes.count))
                    + bytes
                    + "  " + listing.state.rawValue.padded(to: 10) + "  " + (listing.folder.map { $0 + "/" } ?? "")
                    + listing.file
            }
            lines += listings.filter { $0.state == .wrongSize }.map {
                "\($0.file): expected \($0.publishedBytes ?? 0) bytes, found \($0.bytes ?? 0)"
            }
            lines += listings.compactMap(\.reason)
            lines.append("folders searched: \(location.folders.map(described).joined(separator: ", "))")
            return lines.map { $0 + "\n" }.joined()
        }

        /// A folder, with the reason if it cannot be listed.
        private func described(_ folder: String) -> String {
            guard names(inFolder: folder) == nil, errno != ENOENT else { return folder }
            return "\(folder) (\(String(cString: strerror(errno))))"
        }
    }
}

/// Refuses the name of a dataset that is neither D4RL's nor our own, with suggestions.
///
/// - Throws: `HarnessError.badInput`.
func refuseMisspelt(_ dataset: String) throws {
    guard D4RLTasks.path(of: dataset) == nil, DatasetName(dataset).version?.hasPrefix("r") != true else { return }
    if let reason = EnvironmentRegistry.reasonForAbsence(of: dataset) {
        throw HarnessError.badInput("there is no dataset '\(dataset)'; \(reason)")
    }
    let paper = nearestNames(to: dataset, among: D4RLCatalogue.names)
    let nearest = paper.isEmpty ? nearestNames(to: dataset, among: D4RLTasks.datasets.sorted()) : paper
    let hint =
        nearest.isEmpty
        ? "`active-bench data list` prints the known ones"
        : "did you mean \(nearest.map { "'\($0)'" }.joined(separator: " or "))?"
    throw HarnessError.badInput("there is no dataset '\(dataset)'; \(hint)")
}

/// A data file, and the layout that a run expects.
struct DatasetPath {
    var path: String
    var layout: StoredDataset.Layout
}

/// The file meant by a word on the command line: a path, or the name of a dataset or of its file.
///
/// - Throws: `DatasetError` that says how to get the file; `HarnessError.badInput` for an unknown name.
func datasetFile(_ word: String) throws -> DatasetPath {
    if let id = MinariID(name: word) { return DatasetPath(path: try MinariFolder.find(id).data, layout: .minari) }
    let status = fileStatus(word)
    let isThere = status != nil || (errno != ENOENT && errno != ENOTDIR)
    if let status, status.st_mode & S_IFMT == S_IFDIR {
        return DatasetPath(path: try MinariFolder(at: word).data, layout: .minari)
    }
    if !isThere, let expected = MinariID.expectation(for: word) {
        throw HarnessError.badInput("dataset: expected \(expected), found '\(printable(word))'")
    }
    if status == nil, word.contains("/"), let id = MinariID(word) {
        throw DatasetError(
            file: word, expected: "a readable file", found: "none",
            hint: "a dataset of Minari's is written '\(id.name)'")
    }
    let isDatasets = DatasetLocation.dataset(ofFile: (word as NSString).lastPathComponent) != nil
    let file = DatasetPath(path: word, layout: isDatasets ? .d4rl : .either)
    if word.contains("/") || isThere { return file }
    let canonicalSpelling = D4RLTasks.canonicalSpelling(word)
    if canonicalSpelling == nil && word.hasSuffix(".hdf5") { return file }
    let dataset = canonicalSpelling ?? word
    if DatasetLocation().listing(dataset).state == .absent { try refuseMisspelt(dataset) }
    return DatasetPath(path: try DatasetLocation().find(dataset), layout: .d4rl)
}

extension String {
    /// This text, padded with blanks to at least `width` characters.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

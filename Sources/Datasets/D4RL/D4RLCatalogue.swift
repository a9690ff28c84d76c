import Environments
import Glibc
package import Suites

/// The files that D4RL publishes for datasets of the families in the registry, if their sizes and digests are known: those of
/// the paper's table.
package enum D4RLCatalogue {
    /// Where the files are published; ACTIVE_BENCH_D4RL_URL names a mirror with the same paths below it.
    package static let address: String = {
        let mirror = getenv("ACTIVE_BENCH_D4RL_URL").map { String(cString: $0) } ?? ""
        if mirror.isEmpty { return "http://rail.eecs.berkeley.edu/datasets/offline_rl/" }
        return mirror.hasSuffix("/") ? mirror : mirror + "/"
    }()

    /// The names of the datasets, in alphabetical order.
    package static var names: [String] { entries.keys.sorted() }

    /// Returns the entry whose file has the name of the file at `path`, if there is one.
    package static func entry(ofFile path: String) -> (dataset: String, entry: PublishedFile)? {
        let name = path.split(separator: "/").last.map { String($0) } ?? path
        return entries.first { $0.value.fileName == name }.map { ($0.key, $0.value) }
    }

    /// Returns a note if the file at `path` has the name of a published file but another digest; else nil. The data may
    /// still be the same, so the file is not refused.
    package static func note(onFile path: String, sha256: String) -> String? {
        guard let (dataset, entry) = entry(ofFile: path), entry.sha256 != sha256 else { return nil }
        return "\(path) is not D4RL's published \(dataset): its SHA-256 is another, as that of re-compressed data is"
    }

    /// The entries by dataset name ("hopper-medium-v2").
    package static var entries: [String: PublishedFile] {
        EnvironmentRegistry.families.reduce(into: [:]) { files, family in
            files.merge(family.published.files) { first, _ in first }
        }
    }

    /// Returns the published file of `dataset`; nil if there is none, or its size and digest are unknown.
    package static func entry(of dataset: String) -> PublishedFile? {
        EnvironmentRegistry.families.lazy.compactMap { $0.published.files[dataset] }.first
    }
}

extension PublishedFile {
    /// The address of the published file.
    package var url: String { D4RLCatalogue.address + path }
}

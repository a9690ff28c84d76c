import Datasets
package import Environments
import Failures
import Foundation
import Paths
import Suites

/// A file of the user's own given on the command line, with the keys that a study has for one.
package struct OwnFile: Sendable {
    /// The path of a file in D4RL's layout or of Minari's `main_data.hdf5`, or the folder that contains it.
    package var path: String
    /// The environment; nil for the one in the metadata, or of D4RL's dataset with the same file name.
    package var environment: String?
    /// The dynamics profile; nil for the one implied by the environment's name.
    package var profile: DynamicsProfile?
    /// The class of datasets whose presets apply; nil for the environment's own.
    package var presets: String?

    /// A file at `path`, with everything else left to its metadata or name.
    package init(_ path: String) { self.path = path }

    /// Whether a command-line word is a path rather than the name of a dataset.
    package static func isPath(_ word: String) -> Bool {
        guard MinariID(name: word) == nil else { return false }
        let isThere = fileStatus(word) != nil || (errno != ENOENT && errno != ENOTDIR)
        if !isThere && MinariID.expectation(for: word) != nil { return false }
        return isThere || word.hasSuffix(".hdf5") || (word.contains("/") && MinariID(word) == nil)
    }
}

extension DatasetReference {
    /// The dataset in a file of the user's own, named after the file without its extension.
    ///
    /// - Throws: `HarnessError` for unknown names or if the environment cannot be determined; `DatasetError` for a
    ///   damaged Minari folder.
    package init(_ own: OwnFile) throws {
        let published = DatasetLocation.dataset(ofFile: Self.lastPart(of: own.path))
        let named: NamedEnvironment
        var remarks: [String] = []
        if let text = own.environment {
            named = try EnvironmentRegistry.resolve(text)
        } else if try MinariFolder.isDataset(at: own.path) {
            let found = try MinariEvaluationEnvironment(of: MinariFolder(at: own.path))
            try found.requireOurs()
            (named, remarks) = (found.environment, found.remarks)
        } else if let published {
            named = NamedEnvironment(
                name: try EnvironmentRegistry.environmentName(forDataset: published), profile: nil)
        } else {
            throw HarnessError.usage(
                "\(own.path): expected its environment, as in --environment hopper, found none: the file's name does not "
                    + "say it")
        }
        let presets = try own.presets.map { text in
            guard let task = StudyFile.presetClass(text, of: named.name) else {
                throw HarnessError.usage(
                    "--presets: expected \(StudyNode.hint(text, StudyFile.presetClasses(of: named.name))), found "
                        + StudyNode.quoted(text))
            }
            return task
        }
        let ownPresets = own.environment == nil ? published.map { DatasetName($0).task } : nil
        try self.init(
            name: Self.name(ofFile: own.path), source: .file(own.path), environment: named.name,
            profile: try named.profile(asked: own.profile, as: own.environment ?? own.path),
            presets: presets ?? ownPresets, remarks: remarks)
    }

    /// "mine" of "data/mine.hdf5", restricted to characters that every file system allows.
    private static func name(ofFile path: String) -> String {
        let last = lastPart(of: path)
        let stem = last.hasSuffix(".hdf5") ? last.dropLast(".hdf5".count) : last[...]
        let name = stem.unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains(scalar))
                ? String(scalar) : "-"
        }.joined()
        return name.contains { $0 != "-" && $0 != "." } ? String(name.prefix(60)) : "mine"
    }

    private static func lastPart(of path: String) -> String {
        String(path.unicodeScalars.split(separator: "/").last.map { String($0) } ?? "")
    }
}

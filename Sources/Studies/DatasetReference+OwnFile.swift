import Datasets
package import Environments
import Failures
import Foundation
import Paths
import Suites

/// A file of the user's own on the command line, with what a study says of one in `{name:, file:, environment:, …}`.
package struct OwnFile: Sendable {
    /// D4RL's layout or Minari's `main_data.hdf5`, or the folder of that.
    package var path: String
    /// The environment it is of; nil for that of its metadata, or of D4RL's dataset that its name is the file name of.
    package var environment: String?
    /// Whose dynamics; nil for those that the environment's name stands for.
    package var profile: DynamicsProfile?
    /// The class whose presets it takes; nil for the environment's own.
    package var presets: String?

    /// The file at `path`, of which nothing else is known.
    package init(_ path: String) { self.path = path }

    /// Whether a word of the command line is a path rather than a dataset's name.
    package static func isPath(_ word: String) -> Bool {
        guard MinariID(name: word) == nil else { return false }
        let isThere = fileStatus(word) != nil || (errno != ENOENT && errno != ENOTDIR)
        if !isThere && MinariID.expectation(for: word) != nil { return false }
        return isThere || word.hasSuffix(".hdf5") || (word.contains("/") && MinariID(word) == nil)
    }
}

extension DatasetReference {
    /// The dataset that is a file of the user's own; it is called by the file's name without its ending.
    ///
    /// - Throws: `HarnessError` for words that name nothing or where the environment is left open; `DatasetError` for a
    ///   folder of Minari's that is damaged.
    package init(_ own: OwnFile) throws {
        let published = DatasetLocation.dataset(ofFile: Self.lastPart(of: own.path))
        let named: NamedEnvironment
        var remarks: [String] = []
        if let text = own.environment {
            named = try EnvironmentRegistry.resolve(text)
        } else if try MinariFolder.isOne(at: own.path) {
            let judge = try MinariJudge(of: MinariFolder(at: own.path))
            try judge.requireOurs()
            (named, remarks) = (judge.environment, judge.remarks)
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

    /// "mine" of "data/mine.hdf5": what a file or folder can be called in any file system.
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

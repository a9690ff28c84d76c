import Datasets
import Environments
import Failures
import Foundation
import Paths
import Report
import Suites
import Yams

/// The datasets of a study: names, and files of the user's own.
extension StudyFile {
    /// Parses `datasets:`. Relative paths start at the study's folder.
    static func datasets(_ node: StudyNode) throws -> [DatasetReference] {
        let references = try node.items().map { item in
            item.node.mapping == nil ? try named(item) : try ownFile(item)
        }
        try node.requireDistinct(references.map(\.name))
        var folders: [String: String] = [:]
        for reference in references {
            if let other = folders.updateValue(reference.name, forKey: reference.folderName) {
                throw node.refused(
                    "names of different folders", "'\(other)' and '\(reference.name)', both \(reference.folderName)")
            }
        }
        return references
    }

    private static func named(_ item: StudyNode) throws -> DatasetReference {
        let name = try item.word()
        if let id = MinariID(name: name) {
            do {
                return try DatasetReference(minari: id)
            } catch let error as DatasetError where error.isSystemFailure {
                throw error
            } catch {
                throw item.refused("a dataset of Minari's to train on", "\(StudyNode.quoted(name)): \(error)")
            }
        }
        guard isDataset(name) else { throw item.refused(itemHint(name), StudyNode.quoted(name)) }
        return try DatasetReference(published: name)
    }

    /// Parses `{name: mine, file: PATH, environment: hopper, profile: d4rl, presets: hopper-medium}`.
    private static func ownFile(_ item: StudyNode) throws -> DatasetReference {
        let keys = ["name", "file", "environment", "profile", "presets"]
        let fields = try item.fields(keys, required: ["name", "file"])
        func field(_ key: String) -> StudyNode { fields[key] ?? item }
        let name = try ownName(field("name"))
        let file = try filePath(field("file"))
        guard try fields["environment"] != nil || MinariFolder.isDataset(at: file) else {
            _ = try item.fields(keys, required: ["environment"])
            throw item.refused("the key 'environment'", "none")
        }
        let (environment, profile, remarks) = try evaluationEnvironment(
            fields["environment"], profile: fields["profile"], of: file, item)
        let presets = try fields["presets"].map { try presetClass($0, of: environment) }
        return try DatasetReference(
            name: name, source: .file(file), environment: environment, profile: profile, presets: presets,
            remarks: remarks)
    }

    /// A name that is a valid folder name and not a D4RL dataset's.
    private static func ownName(_ node: StudyNode) throws -> String {
        let name = try node.word()
        let isSafe = name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
                || Character(Unicode.Scalar(byte)).isASCIIWord
        }
        guard isSafe, let first = name.first, first.isASCIIWord, name.utf8.count <= 60 else {
            throw node.refused(
                "a name of at most 60 letters, digits, '-', '_' and '.' that begins with a letter or digit",
                StudyNode.quoted(name))
        }
        guard D4RLTasks.path(of: name) == nil else {
            throw node.refused("a name of your own", "'\(name)', which is a dataset of D4RL's")
        }
        return name
    }

    /// An absolute path, or one relative to the study's folder; `~` is the home folder.
    private static func filePath(_ node: StudyNode) throws -> String {
        let text = try node.word()
        let home = PathBytes.environmentVariable("HOME")
        // Only another user's home is looked up: the user's own may be any bytes.
        let path =
            text == "~" || text.hasPrefix("~/")
            ? (home ?? NSHomeDirectory()) + text.dropFirst() : (text as NSString).expandingTildeInPath
        if path.hasPrefix("/") { return path }
        let folder = (node.source as NSString).deletingLastPathComponent
        return folder.isEmpty ? path : folder + "/" + path
    }

    /// The environment and the profile for evaluation: those in the metadata of Minari data unless the study sets them.
    private static func evaluationEnvironment(
        _ environment: StudyNode?, profile: StudyNode?, of file: String, _ item: StudyNode
    ) throws -> (String, DynamicsProfile, [String]) {
        let node = environment ?? item
        var text = try environment?.word() ?? ""
        do {
            let own =
                try MinariFolder.isDataset(at: file)
                ? try minariEnvironment(of: file, isNeeded: environment == nil) : nil
            if environment == nil { text = own?.environment.name ?? "" }
            var named = try EnvironmentRegistry.resolve(text)
            if let own = own?.environment, named.name == own.name, named.profile == nil, profile == nil { named = own }
            let asked = try profile.map { profile in
                let word = try profile.word()
                guard let found = DynamicsProfile(rawValue: word) else {
                    throw profile.refused(
                        StudyNode.hint(word, DynamicsProfile.allCases.map(\.rawValue)), StudyNode.quoted(word))
                }
                return found
            }
            return (named.name, try named.profile(asked: asked, as: text), environment == nil ? own?.remarks ?? [] : [])
        } catch EnvironmentError.otherProfile(_, let environment, let meant, let asked) {
            throw (profile ?? node).refused(
                "\(meant.rawValue), which the environment '\(text)' stands for, or '\(environment)' for it",
                StudyNode.quoted(asked.rawValue))
        } catch let error as HarnessError where environment == nil {
            throw item.refused("an environment, here or in the metadata", "\(error)")
        } catch let error as DatasetError where !error.isSystemFailure {
            throw item.refused("a dataset of Minari's", "\(error)")
        } catch let error as EnvironmentError {
            throw node.refused(
                StudyNode.hint(text, EnvironmentRegistry.names), StudyNode.quoted(text) + ": \(error)")
        }
    }

    /// The environment in the metadata of Minari data; nil if they name none and none is needed.
    ///
    /// - Throws: `DatasetError` for damaged metadata; `HarnessError.badInput` if an environment is needed and missing.
    private static func minariEnvironment(of file: String, isNeeded: Bool) throws -> MinariEvaluationEnvironment? {
        do {
            let found = try MinariEvaluationEnvironment(of: MinariFolder(at: file))
            if isNeeded { try found.requireOurs() }
            return found
        } catch let error as HarnessError {
            if isNeeded { throw error }
            return nil
        }
    }

    /// Parses a class of datasets of the environment's family: "hopper", "hopper-medium".
    private static func presetClass(_ node: StudyNode, of environment: String) throws -> String {
        let text = try node.word()
        guard let task = presetClass(text, of: environment) else {
            throw node.refused(StudyNode.hint(text, presetClasses(of: environment)), StudyNode.quoted(text))
        }
        return task
    }

    /// The class that `text` names, with or without a version; nil if it does not belong to the environment's family.
    static func presetClass(_ text: String, of environment: String) -> String? {
        let task = DatasetName(text).task
        return presetClasses(of: environment).contains(task) ? task : nil
    }

    /// The classes of datasets of an environment's family.
    static func presetClasses(of environment: String) -> [String] {
        let family = environment.prefix { $0 != "-" }
        return (EnvironmentRegistry.names + D4RLTasks.names).filter { $0.prefix { $0 != "-" } == family }
    }

    /// A suggestion for an item that names no dataset: a similar name, or a file of the user's own.
    private static func itemHint(_ name: String) -> String {
        if let suggestion = suggestion(for: name) { return suggestion }
        let isPath = OwnFile.isPath(name)
        let own = "{name: \(isPath ? "mine" : name), file: \(isPath ? name : "PATH"), environment: hopper}"
        return isPath
            ? "a name, or \(own) for a file of your own" : "\(datasetHint(name)), or \(own) for a file of your own"
    }

    /// A suggestion for a word on the command line that names no dataset: a similar name, or the path of a file.
    static func wordHint(_ word: String) -> String {
        suggestion(for: word) ?? "\(datasetHint(word)), or the path of a file of your own"
    }

    /// Whether `name` is well-formed, of a known environment and, if it has a D4RL version, of a task that D4RL has.
    package static func isDataset(_ name: String) -> Bool {
        DatasetLocation.fileName(for: name) != nil && D4RLTasks.allows(name)
            && (try? EnvironmentRegistry.environmentName(forDataset: name)) != nil
    }

    /// What is expected in place of a name that is not a dataset's.
    package static func datasetHint(_ name: String) -> String {
        let words = EnvironmentRegistry.names.joined(separator: ", ")
        return suggestion(for: name) ?? "a name such as hopper-medium-v2 that begins with \(words)"
    }

    /// A suggestion made from a name that is not a dataset's: a similar name, or why there is no such dataset; nil if the name
    /// resembles none.
    private static func suggestion(for name: String) -> String? {
        if let minari = MinariID.expectation(for: name) { return minari }
        if let reason = EnvironmentRegistry.reasonForAbsence(of: name) {
            return "a dataset of a known environment (\(reason))"
        }
        if let id = MinariID(name), name.contains("/") { return "'\(id.name)'" }
        if let canonicalSpelling = D4RLTasks.canonicalSpelling(name), isDataset(canonicalSpelling) {
            return "'\(canonicalSpelling)'"
        }
        if let published = PaperTable.datasets.first(where: { DatasetName($0).task == name }) {
            return "'\(published)'"
        }
        let known = PaperTable.datasets + EnvironmentRegistry.recordings.map(\.dataset)
        return nearestNames(to: name, among: known).first.map { "'\($0)'" }
    }
}

extension Character {
    /// Whether it is an ASCII letter or digit.
    fileprivate var isASCIIWord: Bool { isASCII && (isLetter || isNumber) }
}

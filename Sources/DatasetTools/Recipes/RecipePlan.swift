package import Datasets
package import Environments
import Failures
import Foundation
import Paths
import Policies
import Storage

/// The datasets to make by our recipes: those that were asked for, and before them those of which they consist.
package struct RecipePlan: Codable, Sendable {
    /// A dataset of the plan.
    package struct Step: Codable, Sendable {
        /// The dataset's name.
        package let dataset: String
        /// The path of its file.
        package let file: String
        /// Whether the file is there.
        package let isThere: Bool
        /// The paths of the policies' files, in the order of their parts; empty if no policies are run.
        package let policies: [String]
    }

    /// The datasets in the order in which they can be made.
    package private(set) var steps: [Step] = []
    /// A sentence for each dataset whose policies are missing.
    package private(set) var missing: [String] = []

    /// Plans `datasets`; those of all recipes that can be made if there are none.
    ///
    /// - `behaviour`: the folder of the policies.
    /// - `folder`: the folder of the datasets' files.
    /// - Throws: `HarnessError.badInput` for an unknown dataset; `HarnessError.inputs` if a named one cannot be made, with a
    ///   sentence for each whose policies are missing.
    package init(_ datasets: [String], behaviour: String, folder: String) throws {
        for name in datasets { _ = try RecipeCatalogue.requireRecording(of: name) }
        for name in datasets.isEmpty ? EnvironmentRegistry.recordings.map(\.dataset) : datasets {
            _ = try add(RecipeCatalogue.requireRecording(of: name), behaviour, folder)
        }
        guard datasets.isEmpty || missing.isEmpty else {
            throw HarnessError.inputs(missing.joined(separator: "\n"), .badInput)
        }
    }

    /// Adds a dataset after those of which it consists, unless it is in the plan already.
    ///
    /// - Returns: whether it can be made, or is there.
    private mutating func add(
        _ recording: DatasetRecipe.Recording, _ behaviour: String, _ folder: String
    ) throws -> Bool {
        if steps.contains(where: { $0.dataset == recording.dataset }) { return true }
        let file = folder + "/" + (DatasetLocation.fileName(for: recording.dataset) ?? recording.dataset)
        let isThere = fileStatus(file).map { $0.st_size > 0 } ?? false
        var policies: [String] = []
        switch recording.source {
        case _ where isThere: break
        case .datasets(let others):
            let canBeMade = try others.map { try add(RecipeCatalogue.requireRecording(of: $0), behaviour, folder) }
            if canBeMade.contains(false) { return false }
        case .rollouts(let files):
            do {
                policies = try files.flatMap { try $0.paths(inFolder: behaviour) }
            } catch {
                let sentence = "\(recording.dataset) cannot be made: \(error)"
                if !missing.contains(sentence) { missing.append(sentence) }
                return false
            }
        }
        steps.append(Step(dataset: recording.dataset, file: file, isThere: isThere, policies: policies))
        return true
    }

    /// Checks that the file system of `folder` has space for all files that are missing.
    ///
    /// - Throws: `HarnessError.io`, `EnvironmentError`.
    func requireSpace(inFolder folder: String) throws {
        let sizes = try steps.filter { !$0.isThere }.map { step in
            let recording = try RecipeCatalogue.requireRecording(of: step.dataset)
            let environment = try EnvironmentRegistry.make(recording.environment)
            let row = D4RLRecording(environment.specification).rowSize(goals: environment.goal.count)
            return row * recording.transitions
        }
        try DiskSpace.require(sizes.reduce(0, +), inFolder: folder, for: folder)
    }
}

extension RecipeCatalogue {
    /// Returns the recording of `dataset`.
    ///
    /// - Throws: `HarnessError.badInput`, with the known ones, if no recipe makes it.
    package static func requireRecording(of dataset: String) throws -> DatasetRecipe.Recording {
        if let recording = recording(of: dataset) { return recording }
        let known = EnvironmentRegistry.recordings.map { "'\($0.dataset)'" }
        throw HarnessError.badInput(
            "there is no recipe for '\(dataset)'; known: \(known.joined(separator: ", "))")
    }
}

extension DatasetRecipe.PolicyFiles {
    /// Returns the paths of these files in a folder, in the order of the steps for which the asterisk stands.
    ///
    /// - Throws: `HarnessError.badInput` if there are too few.
    package func paths(inFolder folder: String) throws -> [String] {
        let path = "\(folder)/\(pattern)"
        let place = DurableFile.folder(of: path)
        let ends = (path as NSString).lastPathComponent.split(separator: "*", omittingEmptySubsequences: false)
        let found = (names(inFolder: place) ?? []).filter { name in
            ends.count == 1
                ? name == ends[0]
                : name.hasPrefix(ends[0]) && name.hasSuffix(ends[1])
                    && !name.dropFirst(ends[0].count).dropLast(ends[1].count).isEmpty
        }
        guard found.count >= count else {
            throw HarnessError.badInput(
                "expected \(count == 1 ? "the policy" : "\(count) policies or more") \(path), found "
                    + "\(found.isEmpty ? "none" : "\(found.count)"): not trained yet, or missing in this copy of the repository"
            )
        }
        func step(_ name: String) -> Int { Int(name.filter { $0.isASCII && $0.isNumber }) ?? 0 }
        return found.sorted { (step($0), $0) < (step($1), $1) }.map { "\(place)/\($0)" }
    }
}

import Datasets
import Environments
import Failures
import HDF5
package import MPI
import Storage
import Teams

/// Makes datasets by our recipes, from the policies in this repository, on all ranks.
package struct RecipeRun: Sendable {
    /// What rank 0 reports of a dataset.
    package enum Event: Sendable, Equatable {
        /// The dataset's file was there before.
        case isThere(dataset: String, file: String)
        /// It has been recorded.
        case recorded(file: String, DatasetAssembly.Summary)
        /// It has been made of others; its number of rows.
        case joined(file: String, rows: Int)
        /// The file has other contents than the dataset of this repository's results.
        case differs(note: String)
        /// The recipe has no digest yet; the file's digest.
        case isUnknown(file: String, contentsSHA256: String)
        /// A sentence on a policy's file, or MuJoCo's last warning.
        case remark(String)
    }

    private let datasets: [String]
    private let behaviour: String
    private let folder: String

    /// Stores what to make: `datasets`, or those of all recipes that can be made if there are none, in `folder`, from the policies in the
    /// folder `behaviour`. Accesses no file before `run`.
    package init(_ datasets: [String], behaviour: String, folder: String) {
        (self.datasets, self.behaviour, self.folder) = (datasets, behaviour, folder)
    }

    /// Makes those datasets whose files are missing, and checks all. Collective.
    ///
    /// - `report`: called on rank 0 for each dataset as soon as it is there.
    /// - Throws: before anything is made, the errors of `RecipePlan`, and `HarnessError` for a disk without space;
    ///   the errors of `DatasetRecording.run` and `DatasetJoin.join`; with `world`, `AgreedFault` on all ranks for these.
    package func run(on world: Communicator? = nil, report: (Event) throws -> Void) throws {
        let plan: RecipePlan = try world.agree(on: {
            let plan = try RecipePlan(datasets, behaviour: behaviour, folder: folder)
            try DurableFile.makeFolder(folder)
            try plan.requireSpace(inFolder: folder)
            return plan
        })
        try world.agree(that: { for sentence in plan.missing { try report(.remark(sentence)) } })
        for step in plan.steps {
            let recording = try RecipeCatalogue.requireRecording(of: step.dataset)
            if !step.isThere { try make(recording, step, world, report) }
            try world.agree(that: {
                if step.isThere { try report(.isThere(dataset: step.dataset, file: step.file)) }
                try check(recording, file: step.file, report)
            })
        }
    }

    private func make(
        _ recording: DatasetRecipe.Recording, _ step: RecipePlan.Step, _ world: Communicator?,
        _ report: (Event) throws -> Void
    ) throws {
        switch recording.source {
        case .rollouts:
            let request = DatasetRecording.Request(
                environment: recording.environment, policies: step.policies, transitions: recording.transitions,
                seed: recording.seed, output: step.file)
            guard let recorded = try DatasetRecording(request).run(on: world) else { return }
            try report(.recorded(file: step.file, recorded.summary))
            for note in recorded.notes { try report(.remark(note)) }
            if let warning = recorded.summary.warning { try report(.remark("MuJoCo warned: \(warning)")) }
        case .datasets(let others):
            try world.agree(that: {
                let files = others.map { folder + "/" + (DatasetLocation.fileName(for: $0) ?? $0) }
                try DatasetJoin.join(files, to: step.file, metadata: metadata(of: recording, joining: others))
                try report(.joined(file: step.file, rows: D4RLFile(path: step.file).count))
            })
        }
    }

    private func metadata(
        of recording: DatasetRecipe.Recording, joining others: [String]
    ) -> [String: MetadataValue] {
        let recipe = EnvironmentRegistry.recipe(ofDataset: recording.dataset)
        let rows = others.enumerated().map { $0 < others.count - 1 ? "\($1) to its last finished trajectory" : $1 }
        return [
            "algorithm": .text(recipe?.algorithm ?? "unknown"),
            "recipe": .text(
                "active-bench \(recipe?.version ?? "?"): the rows of \(rows.joined(separator: ", then of "))"),
            "made_by": .text("active-bench collect dataset"), "environment": .text(recording.environment),
        ]
    }

    /// Compares the contents of a file with those of the dataset that the recipe knows.
    private func check(
        _ recording: DatasetRecipe.Recording, file: String, _ report: (Event) throws -> Void
    ) throws {
        let found = try D4RLFile(path: file).contentsSHA256
        if recording.contents == nil { try report(.isUnknown(file: file, contentsSHA256: found)) }
        if let note = RecipeCatalogue.note(onFile: file, contentsSHA256: found) { try report(.differs(note: note)) }
    }
}

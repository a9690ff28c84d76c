package import Datasets
package import Environments
import Failures
package import Numerics
package import Suites

/// What a case learns from and is evaluated on: the dataset's name and source, the environment with its dynamics
/// profile, and the class of datasets whose presets apply.
package struct DatasetReference: Sendable, Equatable {
    package enum Source: Sendable, Equatable {
        /// The file that D4RL, or one of our recipes, publishes under this name.
        case published
        /// A Minari dataset in Minari's data folder.
        case minari(MinariID)
        case file(String)
    }

    /// The name in the table's rows and the random streams: "hopper-medium-v2", "minari:mujoco/hopper/medium-v0",
    /// "mine".
    package let name: String
    /// The source of the data.
    package let source: Source
    /// The environment's name in the registry.
    package let environment: String
    /// The profile of dynamics and rewards used for evaluation.
    package let profile: DynamicsProfile
    /// The class of datasets whose presets apply: a D4RL task with or without a version, or an environment's name for
    /// what all its datasets share.
    package let presets: String
    /// The class `presets`, by which learners choose their settings.
    package let taskClass: TaskClass
    /// The suite of its environment.
    package let suite: TaskSuite
    /// Differences between our environment and the one in the dataset's metadata, one sentence each.
    package let remarks: [String]

    /// The dataset that D4RL or one of our recipes calls `name`.
    ///
    /// - Throws: `EnvironmentError.unknownDataset` if the name does not start with an environment's name.
    package init(published name: String) throws {
        self.name = name
        source = .published
        environment = try EnvironmentRegistry.environmentName(forDataset: name)
        profile = .d4rl
        presets = name
        taskClass = try EnvironmentRegistry.taskClass(ofDataset: name)
        suite = try EnvironmentRegistry.suite(of: environment)
        remarks = []
    }

    /// The dataset named by a word on the command line.
    ///
    /// - Throws: `HarnessError.badInput` for an unknown name, with a suggestion.
    package static func named(_ text: String) throws -> DatasetReference {
        if let id = MinariID(name: text) { return try DatasetReference(minari: id) }
        guard StudyFile.isDataset(text) else {
            throw HarnessError.badInput(
                "dataset: expected \(StudyFile.wordHint(text)), found \(StudyNode.quoted(text))")
        }
        return try DatasetReference(published: text)
    }

    /// A dataset described by more than its name. `presets` nil means the environment's own class.
    ///
    /// - Throws: `EnvironmentError` for an unknown environment or class.
    package init(
        name: String, source: Source, environment: String, profile: DynamicsProfile, presets: String? = nil,
        remarks: [String] = []
    ) throws(EnvironmentError) {
        self.name = name
        self.source = source
        self.environment = environment
        self.profile = profile
        self.presets = presets ?? environment
        taskClass = try EnvironmentRegistry.taskClass(ofDataset: self.presets)
        suite = try EnvironmentRegistry.suite(of: environment)
        self.remarks = remarks
    }

    /// The name as a folder's name: `/` and `:` become `--`.
    package var folderName: String { Self.folderName(name) }

    /// The folder name of a dataset's name: `/` and `:` become `--`.
    package static func folderName(_ name: String) -> String {
        name.replacing("/", with: "--").replacing(":", with: "--")
    }

    /// The path of the data.
    ///
    /// - Throws: `DatasetError` for a published dataset that is not on this machine.
    package func path() throws(DatasetError) -> String {
        switch source {
        case .published: try DatasetLocation().find(name)
        case .minari(let id): try MinariFolder.find(id).data
        case .file(let path): try StoredDataset.file(at: path)
        }
    }

    /// The expected layout of the data.
    ///
    /// - Throws: the same errors as `path`.
    package func layout() throws(DatasetError) -> StoredDataset.Layout {
        switch source {
        case .published: .d4rl
        case .minari: .minari
        case .file(let path): try StoredDataset.layout(at: path)
        }
    }

    /// A sentence on the environment and the reference returns that policies are evaluated by; nil for D4RL's datasets
    /// and those made like them.
    package var evaluationNote: String? {
        source == .published
            ? nil
            : "evaluated in \(environment), profile \(profile.rawValue), and scored by D4RL's reference returns of it"
    }

    /// The sizes, time limit and reference scores of the environment.
    ///
    /// - Throws: `EnvironmentError.unknownEnvironment`.
    package func specification() throws -> EnvironmentSpecification {
        try EnvironmentRegistry.specification(environment, profile: profile)
    }

    /// A new environment for evaluation; a goal that is drawn once comes from `stream`.
    ///
    /// - Throws: the same errors as `EnvironmentRegistry.make`.
    package func makeEnvironment(stream: RandomStream) throws -> any Environment {
        let goals =
            source == .published
            ? EnvironmentRegistry.goals(ofDataset: name, stream: stream) : EnvironmentOptions.Goals.everyEpisode
        return try EnvironmentRegistry.make(environment, options: EnvironmentOptions(profile: profile, goals: goals))
    }

    /// The lines that `config.yaml` adds for a dataset described by more than its name.
    package var configuration: [String] {
        if source == .published { return [] }
        return ["environment: \(environment)", "profile: \(profile.rawValue)", "presets: \(presets)"]
    }
}

extension DatasetSelector {
    /// How specifically this selector covers `dataset`: by its name, its class of presets or its suite; nil if it does
    /// not.
    func specificity(to dataset: DatasetReference) -> Int? {
        specificity(to: dataset.name, class: dataset.source == .published ? nil : dataset.presets)
    }

    /// All selectors that cover `dataset`, least specific first.
    static func all(for dataset: DatasetReference) -> [DatasetSelector] {
        all(for: dataset.name, class: dataset.source == .published ? nil : dataset.presets)
    }
}

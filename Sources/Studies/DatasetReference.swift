package import Datasets
package import Environments
import Failures
package import Numerics
package import Suites

/// What a case learns from and is judged by: the dataset's name, where its data come from, the environment and whose
/// dynamics, and the class of datasets whose presets it takes.
package struct DatasetReference: Sendable, Equatable {
    /// Where the data come from.
    package enum Source: Sendable, Equatable {
        /// The file that D4RL, or a recipe of ours, gives a dataset of this name.
        case published
        /// A dataset of Minari's, in Minari's folder.
        case minari(MinariID)
        /// A file or folder of the user's own.
        case file(String)
    }

    /// Names the table's rows and the random streams: "hopper-medium-v2", "minari:mujoco/hopper/medium-v0", "mine".
    package let name: String
    /// Where the data come from.
    package let source: Source
    /// The environment's name in the registry.
    package let environment: String
    /// Whose dynamics and rewards it is judged by.
    package let profile: DynamicsProfile
    /// The class whose presets it takes: a task of D4RL's with or without a version, or an environment's name for what
    /// its datasets have in common.
    package let presets: String
    /// What learners choose settings by: the class `presets`.
    package let taskClass: TaskClass
    /// The suite of its environment.
    package let suite: TaskSuite
    /// What of its environment is done otherwise here than its metadata say, a sentence each.
    package let remarks: [String]

    /// The dataset of D4RL's, or of a recipe of ours, called `name`.
    ///
    /// - Throws: `EnvironmentError.unknownDataset` for a name that begins with no environment's.
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

    /// The dataset that a word on the command line names.
    ///
    /// - Throws: `HarnessError.badInput` for a name that no dataset has, with what it may have been meant for.
    package static func named(_ text: String) throws -> DatasetReference {
        if let id = MinariID(name: text) { return try DatasetReference(minari: id) }
        guard StudyFile.isDataset(text) else {
            throw HarnessError.badInput(
                "dataset: expected \(StudyFile.datasetHint(text)), found \(StudyNode.quoted(text))")
        }
        return try DatasetReference(published: text)
    }

    /// A dataset that is not known by its name alone; a class of presets that is nil is the environment's own.
    ///
    /// - Throws: `EnvironmentError` for an environment or a class that there is not.
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

    /// The name as a folder has it: `/` and `:` become `--`.
    package var folderName: String { Self.folderName(name) }

    /// See `folderName`.
    package static func folderName(_ name: String) -> String {
        name.replacing("/", with: "--").replacing(":", with: "--")
    }

    /// The path of its data.
    ///
    /// - Throws: `DatasetError` for a published dataset that is not on this machine.
    package func path() throws(DatasetError) -> String {
        switch source {
        case .published: try DatasetLocation().find(name)
        case .minari(let id): try MinariFolder.find(id).data
        case .file(let path): try StoredDataset.file(at: path)
        }
    }

    /// The layout its data are to have.
    ///
    /// - Throws: as `path`.
    package func layout() throws(DatasetError) -> StoredDataset.Layout {
        switch source {
        case .published: .d4rl
        case .minari: .minari
        case .file(let path): try StoredDataset.layout(at: path)
        }
    }

    /// Where its policies are judged and whose reference returns score them, in words; nil for a dataset that is D4RL's or
    /// made like one, of which nothing need be said.
    package var judgement: String? {
        source == .published
            ? nil
            : "judged in \(environment), profile \(profile.rawValue), and scored by D4RL's reference returns of it"
    }

    /// Sizes, time limit and reference scores of its environment.
    ///
    /// - Throws: `EnvironmentError.unknownEnvironment`.
    package func specification() throws -> EnvironmentSpecification {
        try EnvironmentRegistry.specification(environment, profile: profile)
    }

    /// A new environment to judge its policies in; a goal that is drawn once comes from `stream`.
    ///
    /// - Throws: as `EnvironmentRegistry.make`.
    package func makeEnvironment(stream: RandomStream) throws -> any Environment {
        let goals =
            source == .published
            ? EnvironmentRegistry.goals(ofDataset: name, stream: stream) : EnvironmentOptions.Goals.everyEpisode
        return try EnvironmentRegistry.make(environment, options: EnvironmentOptions(profile: profile, goals: goals))
    }

    /// What `config.yaml` says of a dataset that is not known by its name alone.
    package var configuration: [String] {
        if source == .published { return [] }
        return ["environment: \(environment)", "profile: \(profile.rawValue)", "presets: \(presets)"]
    }
}

extension DatasetSelector {
    /// How closely this names `dataset`, by its name, its class of presets or its suite; nil when it does not.
    func closeness(to dataset: DatasetReference) -> Int? {
        closeness(to: dataset.name, class: dataset.source == .published ? nil : dataset.presets)
    }

    /// All that covers `dataset`, least close first.
    static func all(for dataset: DatasetReference) -> [DatasetSelector] {
        all(for: dataset.name, class: dataset.source == .published ? nil : dataset.presets)
    }
}

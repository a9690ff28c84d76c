package import Datasets
package import Environments
import Failures

/// The environment that evaluates policies learnt from a Minari dataset: the one named in its metadata, and how far
/// ours matches it.
package struct MinariEvaluationEnvironment: Sendable {
    /// Our environment, with its profile.
    package let environment: NamedEnvironment
    /// Differences from the metadata's environment that do not prevent a run, one sentence each.
    package let remarks: [String]
    /// The error that refuses a run, naming the first setting and the wrappers that make the metadata's environment
    /// differ from ours; nil if there is no such difference.
    private let refusal: HarnessError?

    /// Reads the environment named in the metadata of the dataset in `folder`.
    ///
    /// - Throws: `HarnessError.badInput` for an unknown environment; `DatasetError` for damaged metadata.
    package init(of folder: MinariFolder) throws {
        guard let path = folder.metadata else {
            throw HarnessError.badInput(
                "\(folder.data): expected metadata.json beside it, found none; \(Self.ownFileHint)")
        }
        let metadata = try MinariMetadata(at: path)
        let place = "\(path): field '\(metadata.environmentKey)': expected "
        guard let id = metadata.environment else {
            throw HarnessError.badInput(
                "\(place)the environment the data are of, found none; \(Self.ownFileHint)")
        }
        do {
            environment = try Self.environment(id, metadata, path)
            let limit = try EnvironmentRegistry.specification(
                environment.name, profile: environment.profile ?? .d4rl
            ).maximumSteps
            remarks = Self.remarks(metadata, limit: limit)
        } catch let error as EnvironmentError {
            throw HarnessError.badInput("\(place)a known environment, found '\(id)': \(error)")
        }
        let other = metadata.settings.sorted { $0.key < $1.key }.first { Self.answer($0.key, $0.value) == .refuse }
        let found = [
            other.map { key, value in "'\(key)': \(printable(value))" }, Self.changing(metadata.wrappers),
        ].compactMap { $0 }
        let name = environment.name
        refusal =
            found.isEmpty
            ? nil
            : .badInput(
                "\(place)an environment made as our \(name) is, found \(found.joined(separator: " and ")); "
                    + "to evaluate in ours anyway, \(Self.ownFileHint(environment))")
    }

    /// Refuses a dataset whose environment differs from ours.
    ///
    /// - Throws: `HarnessError.badInput` naming the setting and its value.
    package func requireOurs() throws {
        if let refusal { throw refusal }
    }

    private static let ownFileHint = ownFileHint(NamedEnvironment(name: "hopper", profile: .gymnasiumV5))

    private static func ownFileHint(_ environment: NamedEnvironment) -> String {
        let profile = (environment.profile ?? .d4rl).rawValue
        return
            "name one in the study: {name: mine, file: \u{2026}, environment: \(environment.name), profile: \(profile)}"
    }

    // MARK: Settings

    private enum Answer {
        /// The setting affects neither learning nor scores, or matches ours.
        case pass
        /// Our environment differs: it follows D4RL, whose reference returns score the policies.
        case remark
        case refuse
    }

    /// Settings (`kwargs`) of Gymnasium's environments that allow a run; any other makes a different environment.
    ///
    /// The kitchen's variant is chosen by its tasks; its other settings differ in all of Minari's own datasets. Goals
    /// and starts of a maze are drawn by the task's rule, whatever cells its map marks.
    private static let harmless: [String: Answer] = [
        "render_mode": .pass, "width": .pass, "height": .pass, "camera_id": .pass, "camera_name": .pass,
        "default_camera_config": .pass, "max_geom": .pass, "visual_options": .pass, "tasks_to_complete": .pass,
        "maze_map": .remark, "continuing_task": .remark, "reset_target": .remark,
        "terminate_on_tasks_completed": .remark, "remove_task_when_completed": .remark,
    ]

    /// Values that match our environment, of settings whose other values make a different one.
    private static let ours: [String: [String]] = [
        "reward_type": ["\"sparse\""], "terminate_when_unhealthy": ["true"],
        "exclude_current_positions_from_observation": ["true"],
    ]

    /// Gymnasium's wrappers that change neither observations, rewards nor the effect of actions; a different time limit
    /// is reported.
    private static let watching = [
        "TimeLimit", "OrderEnforcing", "PassiveEnvChecker", "RecordEpisodeStatistics", "RecordVideo", "HumanRendering",
        "RenderCollection",
    ]

    /// The wrappers that do or may change these, in words; nil if there are none.
    private static func changing(_ wrappers: [MinariMetadata.Wrapper]) -> String? {
        let others = wrappers.filter { wrapper in
            !watching.contains(wrapper.name) || !(wrapper.place.map { $0.hasPrefix("gymnasium.wrappers.") } ?? true)
        }
        let names = others.map { wrapper in
            let place = watching.contains(wrapper.name) ? wrapper.place.map { " of '\(printable($0))'" } : nil
            return "'\(printable(wrapper.name))'" + (place ?? "")
        }
        return names.isEmpty ? nil : "the wrapper\(names.count == 1 ? "" : "s") \(names.joined(separator: ", "))"
    }

    private static func answer(_ key: String, _ value: String) -> Answer {
        ours[key]?.contains(value) == true ? .pass : harmless[key] ?? .refuse
    }

    private static func remarks(_ metadata: MinariMetadata, limit: Int) -> [String] {
        var remarks = metadata.settings.sorted { $0.key < $1.key }.compactMap { key, value in
            answer(key, value) == .remark
                ? "the metadata's environment has '\(key)': \(printable(String(value.prefix(80)))), which is not followed"
                : nil
        }
        if let theirs = metadata.maximumSteps, theirs != limit {
            remarks.append(
                "the metadata's environment has 'max_episode_steps': \(theirs); policies are evaluated in episodes of \(limit)"
            )
        }
        return remarks
    }

    /// Our environment for Gymnasium's `id`. Where the id leaves open which one is meant, it follows from the tasks; how a
    /// maze's data were collected does not matter.
    private static func environment(
        _ id: String, _ metadata: MinariMetadata, _ path: String
    ) throws -> NamedEnvironment {
        if let family = EnvironmentRegistry.families.first(where: { $0.gymnasium.isOfTasks(id) }),
            let tasks = metadata.tasks
        {
            let fitting = family.environments.filter { Set($0.specification.tasks) == Set(tasks) }.map(\.name)
            // Several have the same tasks; then the words of the dataset's own name decide.
            let namesake = MinariID(metadata.id ?? "")?.namesake
            if let name = fitting.first(where: { $0 == namesake }) ?? fitting.first {
                return NamedEnvironment(name: name, profile: .gymnasium)
            }
            let found = tasks.map { "'\(printable($0))'" }.joined(separator: ", ")
            let known = family.environments.map(\.name)
            let hint = ownFileHint(NamedEnvironment(name: known.first ?? "", profile: .gymnasium))
            throw HarnessError.badInput(
                "\(path): field '\(metadata.environmentKey).kwargs.tasks_to_complete': expected the tasks of "
                    + known.dropLast().joined(separator: ", ") + " or \(known.last ?? ""), found "
                    + "\(found.isEmpty ? "no task" : found); to evaluate in ours anyway, \(hint)")
        }
        return try EnvironmentRegistry.resolve(
            EnvironmentRegistry.families.reduce(id) { $1.gymnasium.environment($0) })
    }
}

extension DatasetReference {
    /// The Minari dataset `id`, with the presets of the D4RL dataset named by the same words.
    ///
    /// - Throws: `DatasetError` if it is not on this machine; `HarnessError.badInput` if its metadata name an unknown
    ///   environment or one that differs from ours.
    package init(minari id: MinariID) throws {
        let found = try MinariEvaluationEnvironment(of: MinariFolder.find(id))
        try found.requireOurs()
        try self.init(
            name: id.name, source: .minari(id), environment: found.environment.name,
            profile: found.environment.profile ?? .d4rl, presets: id.namesake, remarks: found.remarks)
    }
}

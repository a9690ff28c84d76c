import Datasets
import Environments

/// Datasets of Minari's, judged in the environment that their metadata name.
extension DatasetReference {
    /// The dataset of Minari's called `id`, with the presets of D4RL's of the same words.
    ///
    /// - Throws: `DatasetError` when it is not on this machine; `HarnessError.badInput` when its metadata name no
    ///   environment that there is.
    init(minari id: MinariID) throws {
        let folder = try MinariFolder.find(id)
        let judge = try Self.judge(of: folder)
        self.init(
            name: id.name, source: .minari(id), environment: judge.name, profile: judge.profile ?? .d4rl,
            presets: id.namesake)
    }

    /// The environment and the profile that the metadata of a dataset of Minari's name.
    ///
    /// - Throws: `HarnessError.badInput` when they name none that there is; `DatasetError` for metadata that are damaged.
    public static func judge(of folder: MinariFolder) throws -> NamedEnvironment {
        guard let path = folder.metadata else {
            throw HarnessError.badInput("\(folder.data): expected metadata.json beside it, found none; \(ownFileHint)")
        }
        let metadata = try MinariMetadata(at: path)
        guard let id = metadata.environment else {
            throw HarnessError.badInput(
                "\(path): field 'env_spec': expected the environment the data are of, found none; \(ownFileHint)")
        }
        do {
            return try environment(id, metadata)
        } catch let error as EnvironmentError {
            throw HarnessError.badInput(
                "\(path): field 'env_spec': expected an environment that there is, found '\(id)': \(error)")
        }
    }

    private static let ownFileHint =
        "name one in the study: {name: mine, file: \u{2026}, environment: hopper, profile: gymnasium-v5}"

    /// The environment of Gymnasium's `id`; the kitchen is told by its tasks, and how a maze was filled does not count.
    private static func environment(_ id: String, _ metadata: MinariMetadata) throws -> NamedEnvironment {
        if id.hasPrefix("FrankaKitchen-v"), let tasks = metadata.tasks {
            let words = MinariID(metadata.id ?? "")?.namesake
            for name in ["kitchen-partial", "kitchen-complete", "kitchen-mixed"] {
                guard try Set(EnvironmentRegistry.specification(name).tasks) == Set(tasks) else { continue }
                // kitchen-complete and kitchen-partial ask for the same.
                if name == "kitchen-partial" && words != name { continue }
                return NamedEnvironment(name: name, profile: .gymnasium)
            }
        }
        return try EnvironmentRegistry.resolve(id.replacing("_Diverse_GR", with: "").replacing("_Diverse_G", with: ""))
    }
}

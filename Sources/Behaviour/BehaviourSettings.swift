import Failures
import Foundation
import Numerics
import Paths
import Storage

/// Everything that determines the training of a behaviour policy, except its length: a training may be made longer.
///
/// `training.json` in the training's folder holds it, so that a training never goes on with other settings.
package struct BehaviourSettings: Sendable, Codable, Equatable {
    /// The networks from which a training starts instead of new ones, and its first step.
    package struct Start: Sendable, Codable, Equatable {
        /// SHA-256 of the checkpoint's file, in hexadecimal.
        package var sha256: String
        /// The environment steps made before.
        package var step: Int

        package init(sha256: String, step: Int) {
            self.sha256 = sha256
            self.step = step
        }
    }

    /// The environment's name.
    package var environment: String
    package var seed: Int
    /// Environment steps between snapshots.
    package var snapshotEvery: Int
    /// Stochastic episodes in which a snapshot is evaluated.
    package var episodes = 10
    /// Copies of the environment in which the policy acts at once; each step in one of them counts.
    package var environments = 1
    /// The precision of the products of hidden layers: `Precision.rawValue`.
    package var precision = Precision.full.rawValue
    /// Steps before learning begins: of uniformly random actions, or of the policy with which the training starts.
    package var warmUp = 1_000
    /// Transitions in a minibatch.
    package var batch = 256
    /// Transitions that the replay buffer holds.
    package var capacity = 1_000_000
    package var start: Start?

    /// Settings of a training in the environment of that name with a snapshot after every multiple of `snapshotEvery`.
    package init(environment: String, seed: Int, snapshotEvery: Int) {
        self.environment = environment
        self.seed = seed
        self.snapshotEvery = snapshotEvery
    }

    /// A name for messages and random streams: "SAC/hopper/seed-0".
    package var identifier: String { "SAC/\(environment)/seed-\(seed)" }

    /// SHA-256 of the settings, in hexadecimal.
    var digest: String {
        get throws {
            let digest = SHA256Digest()
            try encodeJSON(self, as: .page).withUnsafeBytes { digest.update($0) }
            return digest.hexadecimal
        }
    }

    /// Writes `training.json` into `folder`, or compares with the one that is there.
    ///
    /// - Throws: `HarnessError.badInput` that names a setting that differs.
    func keep(in folder: String) throws {
        let path = "\(folder)/training.json"
        guard let data = try FileCalls.current.contents(of: path) else {
            return try DurableFile.write(encodeJSON(self, as: .page), to: path)
        }
        guard let found = try? JSONDecoder().decode(BehaviourSettings.self, from: data) else {
            throw HarnessError.badInput("\(path): expected the settings of a training, found other contents")
        }
        guard found != self else { return }
        let (mine, theirs) = (try members(), try found.members())
        let name = Set(mine.keys).union(theirs.keys).sorted().first { mine[$0] != theirs[$0] } ?? "settings"
        throw HarnessError.badInput(
            "\(path): expected \(name) \(mine[name] ?? "none"), found \(theirs[name] ?? "none"): a training goes on with the "
                + "settings with which it began; choose another --out folder")
    }

    /// The settings as texts by their names in the file.
    private func members() throws -> [String: String] {
        let object = try JSONSerialization.jsonObject(with: encodeJSON(self, as: .page)) as? [String: Any]
        return (object ?? [:]).mapValues { "\($0)" }
    }
}

/// An environment as users name it: one of our names, or one of Gymnasium's ids, which also implies the dynamics.
package struct NamedEnvironment: Sendable, Equatable {
    /// The environment's name in the registry.
    package let name: String
    /// The profile that the name implies; nil for our own names, which leave it open.
    package let profile: DynamicsProfile?

    package init(name: String, profile: DynamicsProfile?) {
        self.name = name
        self.profile = profile
    }

    /// Returns the profile to use if `asked` was requested; `d4rl` if neither the name nor the user says which.
    ///
    /// - Throws: `EnvironmentError.otherProfile` when the name implies another profile than `asked`.
    package func profile(asked: DynamicsProfile?, as text: String) throws(EnvironmentError) -> DynamicsProfile {
        if let asked, let profile, asked != profile {
            throw .otherProfile(name: text, environment: name, meant: profile, asked: asked)
        }
        return asked ?? profile ?? .d4rl
    }
}

extension EnvironmentRegistry {
    /// Returns the environment that `text` names: a registered name in any spelling of case, hyphens and underscores, or an id
    /// of Gymnasium ("Hopper-v4", "AntMaze_UMaze-v4").
    ///
    /// - `others`: further names to suggest for an unknown one, in addition to the environments'.
    /// - Throws: `EnvironmentError.unknownEnvironment`, or `.notOurs` for an environment that only other libraries have.
    package static func resolve(
        _ text: String, others: [String] = []
    ) throws(EnvironmentError) -> NamedEnvironment {
        if names.contains(text) { return NamedEnvironment(name: text, profile: nil) }
        if let name = names.first(where: { letters($0) == letters(text) }) {
            return NamedEnvironment(name: name, profile: nil)
        }
        if let named = try gymnasium(text.filter { !$0.isWhitespace }) { return named }
        if let reason = reasonForAbsence(of: text) { throw .notOurs(name: text, reason: reason, known: names) }
        throw unknown(text, among: names + others)
    }

    /// Makes the error that no environment is called `text`, with the most similar `candidates`.
    private static func unknown(_ text: String, among candidates: [String]) -> EnvironmentError {
        var nearest = nearestNames(to: text, among: candidates)
        if nearest.isEmpty, let mark = text.lowercased().ranges(of: "-v").last {
            nearest = nearestNames(to: String(text.lowercased()[..<mark.lowerBound]), among: names)
        }
        if nearest.isEmpty {
            // "cheetah", "walker", "ant-maze" are parts of names.
            let part = letters(text)
            nearest = part.count < 4 ? [] : Array(names.filter { letters($0).contains(part) }.prefix(3))
        }
        return .unknownEnvironment(name: text, nearest: nearest, known: names)
    }

    /// Returns the environment of the Gymnasium id `text`; nil if the id is unknown.
    private static func gymnasium(_ text: String) throws(EnvironmentError) -> NamedEnvironment? {
        guard let dash = text.lastIndex(of: "-"), text[dash...].lowercased().hasPrefix("-v"),
            case let digits = String(text[dash...].dropFirst(2)), let version = Int(digits),
            digits == "\(version)"  // "v04" and "v+4" are not ids
        else { return nil }
        let base = letters(String(text[..<dash]))
        func refusal(_ reason: String) -> EnvironmentError { .notOurs(name: text, reason: reason, known: names) }
        for family in families {
            let ids = family.gymnasium
            if let name = family.environments.map(\.name).first(where: { letters($0) == base }) {
                if let profile = ids.profiles[version] { return NamedEnvironment(name: name, profile: profile) }
                throw refusal(ids.otherVersion(name))
            }
            if let id = ids.toldByTasks, letters(id) == base { throw refusal(ids.otherVersion(id)) }
        }
        if let reason = families.lazy.compactMap({ $0.gymnasium.refusal(String(text[..<dash])) }).first {
            throw refusal(reason)
        }
        return nil
    }

    /// The owners of names that begin with these words; the longest match counts.
    private static let elsewhere: [(beginning: String, what: String)] = [
        ("ant", "the ant without a maze, of D4RL and Gymnasium"), ("humanoid", "Gymnasium's humanoids"),
        ("ale", "the Arcade Learning Environment"), ("maze2d", "D4RL's point mazes"),
        ("pointmaze", "Gymnasium-Robotics' point mazes"),
        ("pen", "D4RL's Adroit hand"), ("hammer", "D4RL's Adroit hand"), ("door", "D4RL's Adroit hand"),
        ("relocate", "D4RL's Adroit hand"), ("adroithand", "Gymnasium-Robotics' Adroit hand"),
        ("minigrid", "D4RL's grid worlds"), ("carla", "D4RL's driving tasks"), ("flow", "D4RL's traffic tasks"),
        ("antmazeeval", "D4RL's evaluation mazes"), ("bullet", "D4RL's datasets of PyBullet"),
        ("swimmer", "Gymnasium's swimmers"), ("reacher", "Gymnasium's reachers"), ("pusher", "Gymnasium's pushers"),
        ("inverted", "Gymnasium's pendulums"), ("fetch", "Gymnasium-Robotics' Fetch arm"),
    ]

    /// Returns why this program lacks an environment or dataset that other projects have; nil for an unknown name.
    package static func reasonForAbsence(of text: String) -> String? {
        if behaviourNames.contains(text) { return "it is for behaviour policies only" }
        let words = beginnings(of: text)
        let ours = names.flatMap { beginnings(of: $0) }
        let found = elsewhere.filter { entry in
            !ours.contains(entry.beginning)
                && words.contains {
                    $0 == entry.beginning || ($0.hasPrefix(entry.beginning) && entry.beginning.count > 4)
                }
        }
        guard let what = found.max(by: { $0.beginning.count < $1.beginning.count })?.what else { return nil }
        return "it belongs to \(what), which this program does not have"
    }

    /// Returns the first word of `text`, its first two, and so on, in lower case and without separators.
    private static func beginnings(of text: String) -> [String] {
        let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map { String($0) }
        return words.indices.map { words[...$0].joined() }
    }

    /// Returns `text` in lower case, without hyphens, underscores and blanks.
    private static func letters(_ text: String) -> String {
        String(text.lowercased().filter { $0.isLetter || $0.isNumber })
    }
}

import Numerics

/// What an environment is made with.
public struct EnvironmentOptions: Sendable {
    /// When an environment with goals draws one.
    public enum Goals: Sendable {
        /// At every reset, from the episode's stream (D4RL's AntMaze-v2).
        case everyEpisode
        /// When the environment is made, from this stream (D4RL's AntMaze-v0 and -v1).
        case once(RandomStream)
    }

    /// Whose dynamics and rewards.
    public var profile: DynamicsProfile
    /// Ignored by environments without goals.
    public var goals: Goals

    /// D4RL's newest rules, unless told otherwise.
    public init(profile: DynamicsProfile = .d4rl, goals: Goals = .everyEpisode) {
        self.profile = profile
        self.goals = goals
    }
}

package import Numerics

/// What an environment is made with.
package struct EnvironmentOptions: Sendable {
    /// When an environment with goals draws one.
    package enum Goals: Sendable {
        /// At every reset, from the episode's stream (D4RL's AntMaze-v2).
        case everyEpisode
        /// When the environment is made, from this stream (D4RL's AntMaze-v0 and -v1).
        case once(RandomStream)
    }

    /// Whose dynamics and rewards.
    package var profile: DynamicsProfile
    /// Ignored by environments without goals.
    package var goals: Goals

    /// D4RL's newest rules, unless told otherwise.
    package init(profile: DynamicsProfile = .d4rl, goals: Goals = .everyEpisode) {
        self.profile = profile
        self.goals = goals
    }
}

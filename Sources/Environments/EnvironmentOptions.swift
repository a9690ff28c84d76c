package import Numerics

/// The options with which an environment is made.
package struct EnvironmentOptions: Sendable {
    /// When an environment with goals draws its goal.
    package enum Goals: Sendable {
        /// At every reset, from the episode's stream (D4RL's AntMaze-v2).
        case everyEpisode
        /// When the environment is made, from this stream (D4RL's AntMaze-v0 and -v1).
        case once(RandomStream)
    }

    /// The dynamics and rewards to follow.
    package var profile: DynamicsProfile
    /// When to draw a goal; ignored by environments without goals.
    package var goals: Goals

    /// Makes the options; the defaults are D4RL's newest rules.
    package init(profile: DynamicsProfile = .d4rl, goals: Goals = .everyEpisode) {
        self.profile = profile
        self.goals = goals
    }
}

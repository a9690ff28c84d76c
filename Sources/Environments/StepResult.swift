/// The reward of one control step, and whether it ended the episode.
///
/// As in D4RL, at the time limit only `timeout` is set, even if the state is terminal too.
package struct StepResult: Sendable, Equatable {
    /// The reward of the transition.
    package let reward: Double
    /// Whether the episode has ended in a terminal state, from which no value is bootstrapped.
    package let terminal: Bool
    /// Whether the episode has ended at its time limit.
    package let timeout: Bool

    /// Whether the episode has ended.
    package var ended: Bool { terminal || timeout }

    /// Makes the result of a step that has reached a terminal state, the time limit, both or neither.
    package init(reward: Double, terminal: Bool, atTimeLimit: Bool) {
        self.reward = reward
        self.terminal = terminal && !atTimeLimit
        timeout = atTimeLimit
    }
}

/// What one control step gives besides the next state.
///
/// D4RL's rule: at the time limit only `timeout` is set, even when the state is terminal too.
package struct StepResult: Sendable, Equatable {
    /// The reward of the transition.
    package let reward: Double
    /// The episode has ended in a terminal state: no value is bootstrapped from it.
    package let terminal: Bool
    /// The episode has ended because its step limit is reached.
    package let timeout: Bool

    /// Whether the episode goes no further.
    package var ended: Bool { terminal || timeout }

    /// The result of a step that has reached a terminal state, the time limit, both or neither.
    package init(reward: Double, terminal: Bool, atTimeLimit: Bool) {
        self.reward = reward
        self.terminal = terminal && !atTimeLimit
        timeout = atTimeLimit
    }
}

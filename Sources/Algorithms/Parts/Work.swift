package import Networks

// The work of a gradient step on common networks; `NetworkWork` explains how it is counted.

extension NetworkWork {
    /// Returns the work of a policy that is trained in every step.
    ///
    /// - Parameter outputs: A, or 2A if the standard deviation depends on the state.
    package static func policy(states: Int, hidden: [Int], outputs: Int) -> NetworkWork {
        var policy = NetworkWork(.policy, 0, states, hidden, outputs)
        policy.trainings = 1
        return policy
    }

    /// Returns the work of critics with targets: Q̂ once for the target y, and Q's step.
    package static func critics(_ count: Int, states: Int, actions: Int, hidden: [Int]) -> [NetworkWork] {
        (0..<count).map { j in
            var critic = NetworkWork(.critics, j, states + actions, hidden, 1)
            critic.actions = actions
            critic.trainings = 1
            critic.forwards = 1
            return critic
        }
    }
}

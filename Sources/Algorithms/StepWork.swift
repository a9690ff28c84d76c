extension LearnerKind {
    /// Exact multiply-adds of one gradient step, the minimum the algorithm needs, from the shapes alone.
    ///
    /// A network's forward pass costs B·weights, the gradient of its weights as much again, and the way back to a
    /// layer's input B times that layer's weights.
    public func multiplyAdds(_ hyperparameters: Hyperparameters, states: Int, actions: Int) -> Double {
        let work = NetworkWork(hidden: hyperparameters.widths("hidden"))
        let perSample: Double =
            switch self {
            case .bc: work.trained(states, actions)
            case .cql: conservative(hyperparameters, policy: work, states, actions)
            case .td3bc: td3bc(hyperparameters, work, states, actions)
            case .iql, .sql: inSample(hyperparameters, work, members: 1, states, actions)
            case .activeI, .activeS: active(hyperparameters, work, states, actions)
            }
        return Double(hyperparameters.integer("batch")) * perSample
    }

    private func inSample(
        _ hyperparameters: Hyperparameters, _ work: NetworkWork, members: Double, _ states: Int, _ actions: Int
    ) -> Double {
        let critics = Double(hyperparameters.integer("critics"))
        // Q̂(s,a); V's step, V at s and at s'; Q's step; the policy's.
        return critics * work.forward(states + actions, 1)
            + members * (work.trained(states, 1) + 2 * work.forward(states, 1))
            + critics * work.trained(states + actions, 1) + work.trained(states, actions)
    }

    private func active(
        _ hyperparameters: Hyperparameters, _ work: NetworkWork, _ states: Int, _ actions: Int
    ) -> Double {
        let members = hyperparameters.flag("value_ensemble") ? Double(hyperparameters.integer("m")) : 1
        let critics = Double(hyperparameters.integer("critics"))
        let cloning = inSample(hyperparameters, work, members: members, states, actions)
        guard hyperparameters.word("cloning_temperature") != "off" else { return cloning }
        // Q̂(s,a) once more after its step; Q̂(s,a_π) and back to the actions.
        return cloning + critics * work.forward(states + actions, 1)
            + critics * (work.forward(states + actions, 1) + work.backToActions(states, actions))
    }

    private func td3bc(
        _ hyperparameters: Hyperparameters, _ work: NetworkWork, _ states: Int, _ actions: Int
    ) -> Double {
        let critic = work.forward(states + actions, 1)
        let policyStep = work.trained(states, actions) + critic + work.backToActions(states, actions)
        return work.forward(states, actions) + 2 * critic + 2 * work.trained(states + actions, 1)
            + policyStep / Double(hyperparameters.integer("policy_delay"))
    }

    private func conservative(
        _ hyperparameters: Hyperparameters, policy: NetworkWork, _ states: Int, _ actions: Int
    ) -> Double {
        let critic = NetworkWork(hidden: hyperparameters.widths("critic_hidden"))
        let draws = Double(hyperparameters.integer("sampled_actions"))
        let targets = hyperparameters.flag("max_target_backup") ? draws : 1
        let first = Double(critic.hidden[0])
        // Of a sampled action's row only the action's part of the first layer is its own.
        let row = critic.trained(states + actions, 1) - 2 * Double(states) * first
        let shared = 2 * Double(states) * first
        let policyForward = policy.forward(states, 2 * actions)
        return policy.trained(states, 2 * actions) + policyForward
            + 2 * (critic.forward(states + actions, 1) + critic.backToActions(states, actions))
            + 2 * targets * critic.forward(states + actions, 1) + 2 * critic.trained(states + actions, 1)
            + 2 * (3 * draws * row + shared)
    }
}

/// Multiply-adds of passes of one sample through networks of given hidden widths.
private struct NetworkWork {
    let hidden: [Int]

    func forward(_ inputs: Int, _ outputs: Int) -> Double {
        let widths = [inputs] + hidden + [outputs]
        return zip(widths, widths.dropFirst()).map { Double($0 * $1) }.reduce(0, +)
    }

    /// Forward, weight gradients, and back to every layer but the input.
    func trained(_ inputs: Int, _ outputs: Int) -> Double {
        3 * forward(inputs, outputs) - Double(inputs * hidden[0])
    }

    /// From a critic's value back to the actions among its inputs.
    func backToActions(_ states: Int, _ actions: Int) -> Double {
        forward(states + actions, 1) - Double(states * hidden[0])
    }
}

package import Networks

extension LearnerKind {
    /// Exact multiply-adds of one gradient step, the minimum the algorithm needs, from the shapes alone.
    package func multiplyAdds(_ hyperparameters: Hyperparameters, states: Int, actions: Int) -> Double {
        let perSample = work(hyperparameters, states: states, actions: actions).map(\.multiplyAdds).reduce(0, +)
        return Double(hyperparameters.integer("batch")) * perSample
    }

    /// Every network of a case with what a gradient step computes with it.
    package func work(_ hyperparameters: Hyperparameters, states: Int, actions: Int) -> [NetworkWork] {
        networks(hyperparameters, states, actions).map { network in
            var network = network
            network.precision = hyperparameters.precision
            return network
        }
    }

    private func networks(_ hyperparameters: Hyperparameters, _ states: Int, _ actions: Int) -> [NetworkWork] {
        let hidden = hyperparameters.widths("hidden")
        var policy = NetworkWork(.policy, 0, states, hidden, actions)
        policy.trainings = 1
        switch self {
        case .bc: return [policy]
        case .cql: return conservative(hyperparameters, states, actions)
        case .td3bc:
            let delay = Double(hyperparameters.integer("policy_delay"))
            policy.forwards = 1
            policy.trainings = 1 / delay
            var critics = critics(2, states, actions, hidden)
            critics[0].actionGradients = 1 / delay
            return critics + [policy]
        case .iql, .sql: return inSample(hyperparameters, members: 1, states, actions) + [policy]
        case .activeI, .activeS:
            let members = hyperparameters.flag("value_ensemble") ? hyperparameters.integer("m") : 1
            var networks = inSample(hyperparameters, members: members, states, actions)
            guard hyperparameters.word("cloning_temperature") != "off" else { return networks + [policy] }
            for i in networks.indices where networks[i].group == .critics {
                // Q̂(s,a) once more after its step; Q̂(s,a_π) and back to the actions.
                networks[i].forwards += 1
                networks[i].actionGradients = 1
            }
            return networks + [policy]
        }
    }

    /// V's step, V at s and at s'; Q̂(s,a) and Q's step.
    private func inSample(
        _ hyperparameters: Hyperparameters, members: Int, _ states: Int, _ actions: Int
    ) -> [NetworkWork] {
        let hidden = hyperparameters.widths("hidden")
        let values = (0..<members).map { i in
            var value = NetworkWork(.values, i, states, hidden, 1)
            value.layerNorm = hyperparameters.flag("value_layer_norm")
            value.trainings = 1
            value.forwards = 2
            return value
        }
        return values + critics(hyperparameters.integer("critics"), states, actions, hidden)
    }

    /// Q̂ for the target and Q's step.
    private func critics(_ count: Int, _ states: Int, _ actions: Int, _ hidden: [Int]) -> [NetworkWork] {
        (0..<count).map { j in
            var critic = NetworkWork(.critics, j, states + actions, hidden, 1)
            critic.actions = actions
            critic.trainings = 1
            critic.forwards = 1
            return critic
        }
    }

    private func conservative(_ hyperparameters: Hyperparameters, _ states: Int, _ actions: Int) -> [NetworkWork] {
        let draws = hyperparameters.integer("sampled_actions")
        var policy = NetworkWork(.policy, 0, states, hyperparameters.widths("hidden"), 2 * actions)
        policy.trainings = 1
        policy.forwards = 1
        var networks = critics(2, states, actions, hyperparameters.widths("critic_hidden"))
        for j in networks.indices {
            networks[j].forwards = hyperparameters.flag("max_target_backup") ? Double(draws) : 1
            networks[j].actionGradients = 1
            networks[j].sampledActions = 3 * draws
        }
        return networks + [policy]
    }
}

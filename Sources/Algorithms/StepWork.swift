extension LearnerKind {
    /// Exact multiply-adds of one gradient step, the minimum the algorithm needs, from the shapes alone.
    ///
    /// A network's forward pass costs B·weights, the gradient of its weights as much again, and the way back to a
    /// layer's input B times that layer's weights.
    public func multiplyAdds(_ hyperparameters: Hyperparameters, states: Int, actions: Int) -> Double {
        let hidden = hyperparameters.widths("hidden")
        func weights(_ inputs: Int, _ outputs: Int) -> Double {
            let widths = [inputs] + hidden + [outputs]
            return zip(widths, widths.dropFirst()).map { Double($0 * $1) }.reduce(0, +)
        }
        /// Forward, weight gradients, and back to every layer but the input.
        func trained(_ inputs: Int, _ outputs: Int) -> Double {
            3 * weights(inputs, outputs) - Double(inputs * hidden[0])
        }
        let value = weights(states, 1)
        let critic = weights(states + actions, 1)
        let baselines =
            2 * critic + trained(states, 1) + 2 * value + 2 * trained(states + actions, 1) + trained(states, actions)
        var total = baselines
        if self == .activeI || self == .activeS {
            let members = Double(hyperparameters.integer("m"))
            let toActions = critic - Double((states + actions) * hidden[0]) + Double(actions * hidden[0])
            // The other members; Q̂(s,a) once more after its step; both Q̂(s,a_π) and back to the actions.
            total += (members - 1) * (trained(states, 1) + 2 * value) + 2 * critic + 2 * (critic + toActions)
        }
        return Double(hyperparameters.integer("batch")) * total
    }
}

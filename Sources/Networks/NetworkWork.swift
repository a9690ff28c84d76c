package import Numerics

/// What one gradient step computes with one network and its target. Costs are predicted by it, and networks placed.
package struct NetworkWork: Sendable, Hashable {
    /// With `index`, which network.
    package let group: NetworkGroup
    /// Within its group.
    package let index: Int
    /// S, or S + A for a critic.
    package let inputs: Int
    /// Widths of the hidden layers.
    package let hidden: [Int]
    /// 1 for Q and V, A or 2A for a policy.
    package let outputs: Int
    /// Whether its hidden layers are layer-normalised.
    package var layerNorm = false
    /// Of the products between its hidden layers.
    package var precision = Precision.full
    /// How many of a critic's inputs are actions.
    package var actions = 0
    /// Forward passes of a batch that nothing goes back from.
    package var forwards = 0.0
    /// Steps on a batch: forward, backward to every layer but the input, Adam.
    package var trainings = 0.0
    /// Forward passes of a batch that go back to the actions among the inputs, and no further.
    package var actionGradients = 0.0
    /// K actions in every state of a batch that take part in the same step (CQL).
    package var sampledActions = 0

    package init(_ group: NetworkGroup, _ index: Int, _ inputs: Int, _ hidden: [Int], _ outputs: Int) {
        self.group = group
        self.index = index
        self.inputs = inputs
        self.hidden = hidden
        self.outputs = outputs
    }

    /// Exact multiply-adds for a sample of the batch, the minimum the algorithm needs.
    ///
    /// A forward pass costs as many as there are weights, their gradient as many again, and the way back to a layer's input
    /// that layer's weights.
    package var multiplyAdds: Double {
        let widths = [inputs] + hidden + [outputs]
        let forward = zip(widths, widths.dropFirst()).map { Double($0 * $1) }.reduce(0, +)
        let first = Double(hidden[0])
        let trained = 3 * forward - Double(inputs) * first
        let states = Double(inputs - actions)
        // Of a sampled action's row only the action's part of the first layer is its own.
        let sampled =
            sampledActions > 0
            ? Double(sampledActions) * (trained - 2 * states * first) + 2 * states * first : 0
        return forwards * forward + trainings * trained + actionGradients * (2 * forward - states * first) + sampled
    }
}

package import Numerics

/// What one gradient step computes with one network and its target: predicts a case's cost and places its networks.
package struct NetworkWork: Sendable, Hashable {
    /// The network's group.
    package let group: NetworkGroup
    /// The network's position within its group.
    package let index: Int
    /// The number of inputs: S, or S + A for a critic.
    package let inputs: Int
    /// Widths of the hidden layers.
    package let hidden: [Int]
    /// The number of outputs: 1 for Q and V, A or 2A for a policy.
    package let outputs: Int
    /// Whether its hidden layers are layer-normalised.
    package var layerNorm = false
    /// The precision of the products between its hidden layers.
    package var precision = Precision.full
    /// The number of a critic's inputs that are actions.
    package var actions = 0
    /// Forward passes of a batch without a backward pass.
    package var forwards = 0.0
    /// Training steps on a batch: forward, backward to every layer but the input, Adam.
    package var trainings = 0.0
    /// Forward passes of a batch with a backward pass to the actions among the inputs and without parameter gradients.
    package var actionGradients = 0.0
    /// K, the number of sampled actions in every state of a batch that take part in the same step (CQL).
    package var sampledActions = 0

    package init(_ group: NetworkGroup, _ index: Int, _ inputs: Int, _ hidden: [Int], _ outputs: Int) {
        self.group = group
        self.index = index
        self.inputs = inputs
        self.hidden = hidden
        self.outputs = outputs
    }

    /// Exact multiply-adds for one sample of the batch, the minimum that the algorithm needs.
    ///
    /// A forward pass costs one per weight, the weights' gradient as many again, and the backward pass to a layer's input
    /// one per weight of that layer.
    package var multiplyAdds: Double {
        let widths = [inputs] + hidden + [outputs]
        let forward = zip(widths, widths.dropFirst()).map { Double($0 * $1) }.reduce(0, +)
        let first = Double(hidden[0])
        let trained = 3 * forward - Double(inputs) * first
        let states = Double(inputs - actions)
        // The state's part of the first layer is computed once per state, not once per sampled action.
        let sampled =
            sampledActions > 0
            ? Double(sampledActions) * (trained - 2 * states * first) + 2 * states * first : 0
        return forwards * forward + trainings * trained + actionGradients * (2 * forward - states * first) + sampled
    }
}

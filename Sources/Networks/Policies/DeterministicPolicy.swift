import CKernels
package import Numerics

/// A policy that gives one action per state, a = tanh(MLP(s)) (policy family D: TD3+BC).
package final class DeterministicPolicy {
    /// The network s → z.
    package let network: MLP
    /// The actions a [batch × actions] of the last `forward`.
    package let actions: MatrixView
    private let tape: Tape
    private let storage: Matrix
    private let outputGradient: Matrix

    /// Makes a policy whose parameters are zero, with buffers for `batch` states; a target policy is not trainable.
    package init(
        states: Int, actions: Int, hidden: [Int], precision: Precision = .full, batch: Int, trainable: Bool = true
    ) {
        let shape = MLP.Shape(inputs: states, hidden: hidden, outputs: actions, precision: precision)
        network = MLP(shape, trainable: trainable)
        tape = Tape(shape, batch: batch)
        storage = Matrix(batch, actions)
        self.actions = storage.view
        outputGradient = Matrix(batch, actions)
    }

    /// Computes `actions` for a batch of states [batch × states].
    package func forward(_ states: MatrixView) {
        network.forward(states, tape)
        ab_tanh_each(actions.pointer, tape.output.pointer, actions.count)
    }

    /// Computes ∂L/∂parameters into `network.gradients`, after `forward` of the same states.
    ///
    /// - Parameter actionGradient: ∂L/∂a [batch × actions], contiguous.
    package func backward(states: MatrixView, actionGradient: MatrixView) {
        for i in 0..<actions.count {
            let a = actions.pointer[i]
            outputGradient[i] = actionGradient.pointer[i] * (1 - a * a)
        }
        network.backward(states, tape, outputGradient: outputGradient.view)
    }
}

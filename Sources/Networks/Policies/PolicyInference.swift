package import Numerics

/// A policy that acts on one observation at a time.
///
/// The batch is always one, so an action depends on the observation alone and not on how many episodes run at once.
package final class PolicyInference {
    /// S, the number of elements of an observation.
    package let observationSize: Int
    /// A, the number of elements of an action.
    package let actionSize: Int
    let head: PolicySnapshot.Head
    private let layers: PolicyLayers
    private let hasReLU: Bool
    private let normalised: Matrix
    private let shift: [Real]
    private let inverseDeviation: [Real]
    private let clip: Real?

    /// - Throws: `PolicyError` when tensors are missing, have no place in the policy, or their shapes do not fit together.
    package init(_ snapshot: PolicySnapshot) throws {
        layers = try PolicyLayers(snapshot)
        observationSize = layers.inputs
        actionSize = layers.mean.outputs
        head = snapshot.head
        hasReLU = snapshot.activation == .relu
        normalised = Matrix(vector: observationSize)
        try PolicyInference.requireStatistics(snapshot, count: observationSize)
        shift = snapshot.observationMean.map { Real($0) }
        inverseDeviation = snapshot.observationDeviation.map { 1 / Real($0) }
        clip = snapshot.observationClip.map { Real($0) }
    }

    /// Refuses observation means and deviations of the wrong size, and those that would make an observation non-finite.
    private static func requireStatistics(_ snapshot: PolicySnapshot, count: Int) throws {
        let statistics = [
            ("observation_mean", snapshot.observationMean), ("observation_std", snapshot.observationDeviation),
        ]
        if statistics.allSatisfy(\.1.isEmpty) {
            if snapshot.observationClip != nil { throw PolicyError.missing("observation_mean") }
            return
        }
        for (name, values) in statistics where values.count != count {
            throw PolicyError.shape(name, expected: [count], found: [values.count])
        }
        for (name, values) in statistics where !values.allSatisfy(\.isFinite) { throw PolicyError.notFinite(name) }
        guard snapshot.observationDeviation.allSatisfy({ $0 > 0 && (1 / $0).isFinite }) else {
            throw PolicyError.noDeviation
        }
    }

    /// Computes the action of an evaluation: the mean, squashed if the head says so, clipped to ±1.
    package func act(_ observation: UnsafePointer<Real>, into action: UnsafeMutablePointer<Real>) {
        layers.mean.forward(hidden(observation))
        for j in 0..<actionSize { action[j] = modal(layers.mean.output[j]) }
    }

    /// Returns one element of the action that evaluation takes, from that of the mean.
    private func modal(_ mean: Real) -> Real {
        switch head {
        case .deterministicTanh, .gaussianTanhMean, .tanhGaussian: Elementary.tanh(mean)
        case .deterministic, .gaussian: min(max(mean, -1), 1)
        }
    }

    /// Samples an action.
    ///
    /// - `noise`: standard normal, one per action dimension.
    /// - Returns: log π(action | observation) of the action before it is clipped to ±1. A deterministic head
    ///   ignores the noise and returns 0.
    package func sample(
        _ observation: UnsafePointer<Real>, noise: UnsafePointer<Real>, into action: UnsafeMutablePointer<Real>
    ) -> Double {
        let features = hidden(observation)
        layers.mean.forward(features)
        if case .ofState(let layer) = layers.logDeviation { layer.forward(features) }
        var logLikelihood = 0.0
        for j in 0..<actionSize {
            let mean = layers.mean.output[j]
            switch head {
            case .deterministicTanh, .deterministic: action[j] = modal(mean)
            case .gaussianTanhMean, .gaussian:
                let range =
                    head == .gaussian ? TanhGaussianPolicy.logDeviationRange : GaussianPolicy.logDeviationRange
                let logSigma = min(max(layers.logDeviation(j), range.lowerBound), range.upperBound)
                let centre = head == .gaussian ? mean : Elementary.tanh(mean)
                action[j] = min(max(centre + Elementary.exp(logSigma) * noise[j], -1), 1)
                logLikelihood -= Double(noise[j] * noise[j] / 2 + logSigma) + Elementary.halfLogOfTwoPi
            case .tanhGaussian:
                let sampled = TanhGaussian.sample(
                    mean: mean, logDeviation: layers.logDeviation(j), noise: noise[j])
                action[j] = sampled.action
                logLikelihood += Double(sampled.logLikelihood)
            }
        }
        return logLikelihood
    }

    /// Returns the last hidden layer's output, or the normalised observation if there is no hidden layer.
    private func hidden(_ observation: UnsafePointer<Real>) -> UnsafePointer<Real> {
        for i in 0..<observationSize {
            normalised[i] = shift.isEmpty ? observation[i] : (observation[i] - shift[i]) * inverseDeviation[i]
        }
        if let clip {
            for i in 0..<observationSize { normalised[i] = min(max(normalised[i], -clip), clip) }
        }
        var x = UnsafePointer(normalised.pointer)
        for layer in layers.hidden {
            x = layer.forward(x, relu: hasReLU)
            if !hasReLU { layer.squash() }
        }
        return x
    }
}

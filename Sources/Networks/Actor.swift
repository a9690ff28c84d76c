import Glibc
import Numerics

/// Where log σ comes from.
private enum LogDeviation {
    /// A deterministic policy has none.
    case none
    /// The same in all states [A].
    case free([Real])
    /// A function of the last hidden layer.
    case ofState(DenseLayer)
}

/// A policy that acts on one observation at a time.
///
/// The batch is always one, so an action depends on the observation alone and not on how many episodes run beside it.
public final class Actor {
    /// S, the inputs of the first layer.
    public let observationSize: Int
    /// A, the outputs of the mean.
    public let actionSize: Int
    let head: PolicySnapshot.Head
    private let layers: [DenseLayer]
    private let mean: DenseLayer
    private let logDeviation: LogDeviation
    private let normalised: Matrix
    private let shift: [Real]
    private let inverseDeviation: [Real]

    /// - Throws: `PolicyError` when tensors are missing or their shapes do not fit together.
    public init(_ snapshot: PolicySnapshot) throws {
        var layers: [DenseLayer] = []
        guard let first = snapshot.tensor("fc0.weight") else { throw PolicyError.missing("fc0.weight") }
        for name in ["fc0.weight", "mean.weight"] {
            guard let shape = snapshot.tensor(name)?.shape, shape.count != 2 else { continue }
            throw PolicyError.rank(name, found: shape)
        }
        observationSize = first.shape[1]
        var width = observationSize
        while snapshot.tensor("fc\(layers.count).weight") != nil {
            let layer = try Actor.dense(snapshot, "fc\(layers.count)", inputs: width)
            width = layer.outputs
            layers.append(layer)
        }
        self.layers = layers
        mean = try Actor.dense(snapshot, "mean", inputs: width)
        actionSize = mean.outputs
        head = snapshot.head
        switch head {
        case .deterministicTanh: logDeviation = .none
        case .gaussianTanhMean, .tanhGaussian:
            if snapshot.tensor("log_std") == nil {
                logDeviation = .ofState(try Actor.dense(snapshot, "log_std", inputs: width, outputs: actionSize))
            } else if snapshot.tensor("log_std.weight") != nil {
                throw PolicyError.unknown("log_std.weight")
            } else {
                logDeviation = .free(try Actor.values(snapshot, "log_std", shape: [actionSize]).map { Real($0) })
            }
        }
        try Actor.requireKnown(snapshot, hiddenLayers: layers.count)
        normalised = Matrix(vector: observationSize)
        for (name, count) in [
            ("observation_mean", snapshot.observationMean.count),
            ("observation_std", snapshot.observationDeviation.count),
        ] where count != observationSize && !(snapshot.observationMean.isEmpty && snapshot.observationDeviation.isEmpty)
        {
            throw PolicyError.shape(name, expected: [observationSize], found: [count])
        }
        for (name, values) in [
            ("observation_mean", snapshot.observationMean), ("observation_std", snapshot.observationDeviation),
        ] where !values.allSatisfy(\.isFinite) {
            throw PolicyError.notFinite(name)
        }
        guard snapshot.observationDeviation.allSatisfy({ $0 > 0 }) else { throw PolicyError.noDeviation }
        shift = snapshot.observationMean.map { Real($0) }
        inverseDeviation = snapshot.observationDeviation.map { 1 / Real($0) }
    }

    /// The action of an evaluation: the mean, squashed; clipped to ±1.
    public func act(_ observation: UnsafePointer<Real>, into action: UnsafeMutablePointer<Real>) {
        mean.forward(hidden(observation))
        for j in 0..<actionSize { action[j] = tanh(mean.output[j]) }
    }

    /// A sampled action.
    ///
    /// - Parameter noise: standard normal, one per action dimension.
    /// - Returns: log π(action | observation), of the action before it is clipped to ±1. A deterministic head
    ///   ignores the noise and returns 0.
    public func sample(
        _ observation: UnsafePointer<Real>, noise: UnsafePointer<Real>, into action: UnsafeMutablePointer<Real>
    ) -> Double {
        let features = hidden(observation)
        mean.forward(features)
        if case .ofState(let layer) = logDeviation { layer.forward(features) }
        var logLikelihood = 0.0
        for j in 0..<actionSize {
            switch head {
            case .deterministicTanh: action[j] = tanh(mean.output[j])
            case .gaussianTanhMean:
                let range = GaussianPolicy.logDeviationRange
                let logSigma = min(max(logDeviation(j), range.lowerBound), range.upperBound)
                action[j] = min(max(tanh(mean.output[j]) + exp(logSigma) * noise[j], -1), 1)
                logLikelihood -= Double(noise[j] * noise[j] / 2 + logSigma) + 0.5 * log(2 * Double.pi)
            case .tanhGaussian:
                let sampled = TanhGaussian.sample(
                    mean: mean.output[j], logDeviation: logDeviation(j), noise: noise[j])
                action[j] = sampled.action
                logLikelihood += Double(sampled.logLikelihood)
            }
        }
        return logLikelihood
    }

    /// The last hidden layer's output.
    private func hidden(_ observation: UnsafePointer<Real>) -> UnsafePointer<Real> {
        for i in 0..<observationSize {
            normalised[i] = shift.isEmpty ? observation[i] : (observation[i] - shift[i]) * inverseDeviation[i]
        }
        var x = UnsafePointer(normalised.pointer)
        for layer in layers { x = layer.forward(x, rectified: true) }
        return x
    }

    /// log σ of action `j` before it is held within bounds.
    private func logDeviation(_ j: Int) -> Real {
        switch logDeviation {
        case .none: 0
        case .free(let values): values[j]
        case .ofState(let layer): layer.output[j]
        }
    }

    /// Refuses tensors that this policy would leave out, such as those of a normalising layer.
    private static func requireKnown(_ snapshot: PolicySnapshot, hiddenLayers: Int) throws {
        let layers = ["mean", "log_std"] + (0..<hiddenLayers).map { "fc\($0)" }
        let known = layers.flatMap { ["\($0).weight", "\($0).bias"] } + ["log_std"]
        if let other = snapshot.tensors.first(where: { !known.contains($0.name) }) {
            throw PolicyError.unknown(other.name)
        }
    }

    private static func dense(
        _ snapshot: PolicySnapshot, _ name: String, inputs: Int, outputs: Int? = nil
    ) throws -> DenseLayer {
        guard let outputs = outputs ?? snapshot.tensor("\(name).weight")?.shape.first else {
            throw PolicyError.missing("\(name).weight")
        }
        return DenseLayer(
            weight: try values(snapshot, "\(name).weight", shape: [outputs, inputs]),
            bias: try values(snapshot, "\(name).bias", shape: [outputs]))
    }

    private static func values(_ snapshot: PolicySnapshot, _ name: String, shape: [Int]) throws -> [Float] {
        guard let tensor = snapshot.tensor(name) else { throw PolicyError.missing(name) }
        guard tensor.shape == shape else { throw PolicyError.shape(name, expected: shape, found: tensor.shape) }
        guard tensor.values.allSatisfy(\.isFinite) else { throw PolicyError.notFinite(name) }
        return tensor.values
    }
}

/// What is wrong with a policy's tensors.
public enum PolicyError: Error, Equatable, CustomStringConvertible {
    case missing(String)
    /// A tensor that no part of the policy would use.
    case unknown(String)
    case shape(String, expected: [Int], found: [Int])
    /// A weight that is no matrix.
    case rank(String, found: [Int])
    case notFinite(String)
    /// An observation is to be divided by a deviation that is not positive.
    case noDeviation
    /// Made for other [observations, actions] than the environment has.
    case sizes(environment: String, expected: [Int], found: [Int])

    /// One sentence: which tensor or environment, expected, found.
    public var description: String {
        switch self {
        case .missing(let name): "the policy has no tensor \(name)"
        case .unknown(let name):
            "the policy's tensor \(name) has no place in it: expected fc0.weight, fc0.bias, fc1.…, mean.weight, mean.bias, "
                + "and log_std or log_std.weight with log_std.bias"
        case .shape(let name, let expected, let found): "the policy's \(name) has shape \(found), expected \(expected)"
        case .rank(let name, let found): "the policy's \(name) has shape \(found), expected [outputs, inputs]"
        case .notFinite(let name): "the policy's \(name) holds a value that is not finite"
        case .noDeviation: "the policy's observation_std holds a value that is not positive"
        case .sizes(let environment, let expected, let found):
            "the policy takes \(found[0]) observations and gives \(found[1]) actions, but \(environment) has \(expected[0]) and \(expected[1])"
        }
    }
}

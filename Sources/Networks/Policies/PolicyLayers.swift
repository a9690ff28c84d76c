import Numerics

/// The source of log σ.
enum LogDeviation {
    /// No log σ: the policy is deterministic.
    case none
    /// One value per action dimension, the same in all states [A].
    case free([Real])
    /// A dense layer on the last hidden layer.
    case ofState(DenseLayer)

    /// Returns log σ of action dimension `j` before clamping.
    func callAsFunction(_ j: Int) -> Real {
        switch self {
        case .none: 0
        case .free(let values): values[j]
        case .ofState(let layer): layer.output[j]
        }
    }
}

/// The layers of a policy that acts on one observation at a time, built from a snapshot's tensors.
struct PolicyLayers {
    /// The hidden layers `fc0`, `fc1`, …; empty for a policy that is linear up to its head.
    let hidden: [DenseLayer]
    /// The output layer, with A outputs.
    let mean: DenseLayer
    let logDeviation: LogDeviation
    /// S, the number of elements of an observation.
    let inputs: Int

    /// - Throws: `PolicyError`, also for a tensor that the policy would not use, such as one of a normalising layer.
    init(_ snapshot: PolicySnapshot) throws {
        var count = 0
        while snapshot.tensors.contains(where: { $0.name.hasPrefix("fc\(count).") }) { count += 1 }
        try PolicyLayers.requireKnown(snapshot, hiddenLayers: count)
        var layers: [DenseLayer] = []
        for k in 0..<count {
            layers.append(try PolicyLayers.dense(snapshot, "fc\(k)", inputs: layers.last?.outputs))
        }
        hidden = layers
        mean = try PolicyLayers.dense(snapshot, "mean", inputs: layers.last?.outputs)
        inputs = (layers.first ?? mean).inputs
        guard !snapshot.head.isDeterministic else {
            logDeviation = .none
            return
        }
        guard snapshot.tensor("log_std") != nil else {
            let layer = try PolicyLayers.dense(snapshot, "log_std", inputs: mean.inputs, outputs: mean.outputs)
            logDeviation = .ofState(layer)
            return
        }
        if snapshot.tensor("log_std.weight") != nil { throw PolicyError.unknown("log_std.weight") }
        logDeviation = .free(try PolicyLayers.vector(snapshot, "log_std", count: mean.outputs).map { Real($0) })
    }

    /// Refuses a hidden layer whose predecessor is missing, and tensors that this policy would not use.
    private static func requireKnown(_ snapshot: PolicySnapshot, hiddenLayers: Int) throws {
        let layers = ["mean", "log_std"] + (0..<hiddenLayers).map { "fc\($0)" }
        let known = layers.flatMap { ["\($0).weight", "\($0).bias"] } + ["log_std"]
        guard let other = snapshot.tensors.first(where: { !known.contains($0.name) })?.name else { return }
        let layer = other.prefix { $0 != "." }
        guard layer.hasPrefix("fc"), let number = Int(layer.dropFirst(2)), number > hiddenLayers else {
            throw PolicyError.unknown(other)
        }
        throw PolicyError.gap(other, missing: "fc\(hiddenLayers)")
    }

    /// Makes the layer `name`; its widths are those of its weight unless `inputs` or `outputs` demands others.
    private static func dense(
        _ snapshot: PolicySnapshot, _ name: String, inputs: Int?, outputs: Int? = nil
    ) throws -> DenseLayer {
        guard let weight = snapshot.tensor("\(name).weight") else { throw PolicyError.missing("\(name).weight") }
        guard weight.shape.count == 2, weight.shape.allSatisfy({ $0 > 0 }) else {
            throw PolicyError.rank(weight.name, found: weight.shape)
        }
        try requireUpright(weight, bias: snapshot.tensor("\(name).bias"), inputs: inputs)
        let expected = [outputs ?? weight.shape[0], inputs ?? weight.shape[1]]
        guard weight.shape == expected else {
            throw PolicyError.shape(weight.name, expected: expected, found: weight.shape)
        }
        guard weight.values.allSatisfy(\.isFinite) else { throw PolicyError.notFinite(weight.name) }
        return DenseLayer(
            weight: weight.values, bias: try vector(snapshot, "\(name).bias", count: expected[0]))
    }

    /// Refuses a weight stored as [inputs, outputs]: it has as many columns as the bias has elements, but not as many rows.
    private static func requireUpright(_ weight: NamedTensor, bias: NamedTensor?, inputs: Int?) throws {
        guard let outputs = bias?.values.count, weight.shape[1] == outputs, weight.shape[0] != outputs,
            inputs == nil || inputs == weight.shape[0]
        else { return }
        throw PolicyError.transposed(weight.name, found: weight.shape)
    }

    /// Returns the elements of a vector, which some frameworks store as a row or a column matrix.
    private static func vector(_ snapshot: PolicySnapshot, _ name: String, count: Int) throws -> [Float] {
        guard let tensor = snapshot.tensor(name) else { throw PolicyError.missing(name) }
        guard tensor.isVector, tensor.values.count == count else {
            throw PolicyError.shape(name, expected: [count], found: tensor.shape)
        }
        guard tensor.values.allSatisfy(\.isFinite) else { throw PolicyError.notFinite(name) }
        return tensor.values
    }
}

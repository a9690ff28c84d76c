package import Networks
package import Numerics

/// What a learner's random numbers are for; each has a stream of its own.
package enum NoiseUse: String, Sendable, CaseIterable {
    /// ε of the action drawn at s (ACTIVE's and CQL's policy term).
    case policy = "policy-noise"
    /// ε that smooths the target policy (TD3+BC).
    case targetPolicy = "target-policy-noise"
    /// ε of the actions drawn at s' for the temporal-difference target (CQL).
    case nextPolicy = "next-policy-noise"
    /// ε of the regulariser's actions drawn at s (CQL).
    case sampledAtState = "sampled-at-state"
    /// ε of the regulariser's actions drawn at s' (CQL).
    case sampledAtNextState = "sampled-at-next-state"
    /// The regulariser's uniform actions (CQL).
    case uniformActions = "uniform-actions"
    /// Which units of the policy a training pass keeps.
    case policyDropout = "policy-dropout"
}

/// Where a learner's random numbers come from: the case's streams, or a trace that has them written down.
package protocol NoiseSource: AnyObject {
    /// Fills `out` with `count` standard normal numbers for one step.
    func normals(_ use: NoiseUse, step: Int, into out: UnsafeMutablePointer<Real>, count: Int)
    /// Fills `out` with `count` numbers uniform on [-1, 1].
    func uniforms(_ use: NoiseUse, step: Int, into out: UnsafeMutablePointer<Real>, count: Int)
    /// Fills the masks of a training pass.
    func fill(_ dropout: Dropout, _ use: NoiseUse, step: Int)
}

/// Counter-based streams: the same numbers for the same case and step, whoever asks and in whatever order.
final class StreamNoise: NoiseSource {
    private let streams: [RandomStream]
    /// One stream per hidden layer that can be dropped out.
    private let layerStreams: [RandomStream]

    init(_ stream: RandomStream) {
        streams = NoiseUse.allCases.map { stream.stream($0.rawValue) }
        layerStreams = (0..<8).map { stream.stream(NoiseUse.policyDropout.rawValue).stream("fc\($0)") }
    }

    func normals(_ use: NoiseUse, step: Int, into out: UnsafeMutablePointer<Real>, count: Int) {
        let start = Profile.begin()
        stream(use).normals(step: step, into: out, count: count)
        Profile.end(start, "random numbers, normal", 1, count, numbers: count)
    }

    func uniforms(_ use: NoiseUse, step: Int, into out: UnsafeMutablePointer<Real>, count: Int) {
        let start = Profile.begin()
        stream(use).symmetricUniforms(step: step, into: out, count: count)
        Profile.end(start, "random numbers, uniform", 1, count, numbers: count)
    }

    func fill(_ dropout: Dropout, _ use: NoiseUse, step: Int) {
        for (l, mask) in dropout.masks.enumerated() {
            let start = Profile.begin()
            layerStreams[l].bernoulli(probability: 1 - dropout.rate, step: step, into: mask.pointer, count: mask.count)
            Profile.end(start, "random numbers, Bernoulli", mask.rows, mask.columns, numbers: mask.count)
        }
    }

    private func stream(_ use: NoiseUse) -> RandomStream {
        switch use {
        case .policy: streams[0]
        case .targetPolicy: streams[1]
        case .nextPolicy: streams[2]
        case .sampledAtState: streams[3]
        case .sampledAtNextState: streams[4]
        case .uniformActions: streams[5]
        case .policyDropout: streams[6]
        }
    }
}

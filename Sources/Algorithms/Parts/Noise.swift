package import Networks
package import Numerics

/// A use of a learner's random numbers; each use has its own stream.
package struct NoiseUse: Sendable, Hashable {
    /// The name of its random stream.
    let name: String
    /// Its name in a conformance trace.
    package let traceName: String

    /// Makes a use whose stream within the case's is `name`.
    package init(_ name: String, inTraces traceName: String) {
        self.name = name
        self.traceName = traceName
    }

    /// ε of the action drawn at s, for the policy's value term.
    package static let policy = NoiseUse("policy-noise", inTraces: "policy")
    /// ε of the actions drawn at s', for the temporal-difference target.
    package static let nextPolicy = NoiseUse("next-policy-noise", inTraces: "next_policy")
    /// The dropout masks of the policy.
    package static let policyDropout = NoiseUse("policy-dropout", inTraces: "policy_dropout")
}

/// Random numbers of one use that a gradient step draws.
package struct NoiseDraw: Sendable, Equatable {
    /// The distribution and the shape.
    package enum Numbers: Sendable, Equatable {
        /// ε ~ N(0, 1), for one action per state of the batch [B × A], or for `samples` actions per state [samples × B × A].
        case normal(samples: Int?)
        /// Numbers uniform on [-1, 1], for `samples` actions per state of the batch [samples × B × A].
        case uniform(samples: Int)
        /// Bernoulli masks for hidden layers of these widths [B × width each].
        case masks(widths: [Int])
    }

    /// The use of the numbers.
    package let use: NoiseUse
    package let numbers: Numbers

    package init(_ use: NoiseUse, _ numbers: Numbers) {
        self.use = use
        self.numbers = numbers
    }
}

/// A source of a learner's random numbers: the case's streams, or a conformance trace.
package protocol NoiseSource: AnyObject {
    /// Fills `out` with `count` standard normal numbers for one step.
    func normals(_ use: NoiseUse, step: Int, into out: UnsafeMutablePointer<Real>, count: Int)
    /// Fills `out` with `count` numbers uniform on [-1, 1].
    func uniforms(_ use: NoiseUse, step: Int, into out: UnsafeMutablePointer<Real>, count: Int)
    /// Fills the masks of a training pass.
    func fill(_ dropout: Dropout, _ use: NoiseUse, step: Int)
}

/// Counter-based streams: the same numbers for the same case and step, on any rank and in any order.
final class StreamNoise: NoiseSource {
    private let stream: RandomStream
    /// The streams of the uses so far.
    private var streams: [NoiseUse: RandomStream] = [:]
    /// The streams of masks, one per hidden layer.
    private var layerStreams: [NoiseUse: [RandomStream]] = [:]

    init(_ stream: RandomStream) { self.stream = stream }

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
        let streams = layerStreams(use, count: dropout.masks.count)
        for (stream, mask) in zip(streams, dropout.masks) {
            let start = Profile.begin()
            stream.bernoulli(probability: 1 - dropout.rate, step: step, into: mask.pointer, count: mask.count)
            Profile.end(start, "random numbers, Bernoulli", mask.rows, mask.columns, numbers: mask.count)
        }
    }

    private func stream(_ use: NoiseUse) -> RandomStream {
        if let known = streams[use] { return known }
        let new = stream.stream(use.name)
        streams[use] = new
        return new
    }

    private func layerStreams(_ use: NoiseUse, count: Int) -> [RandomStream] {
        if let known = layerStreams[use], known.count >= count { return known }
        let new = (0..<count).map { stream.stream(use.name).stream("fc\($0)") }
        layerStreams[use] = new
        return new
    }
}

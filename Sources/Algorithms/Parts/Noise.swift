package import Networks
package import Numerics

/// What a learner's random numbers are for; each use has a stream of its own.
package struct NoiseUse: Sendable, Hashable {
    /// Names its random stream.
    let name: String
    /// What a conformance trace calls it.
    package let traceName: String

    /// A use with a stream of the case called `name`.
    package init(_ name: String, inTraces traceName: String) {
        self.name = name
        self.traceName = traceName
    }

    /// ε of the action drawn at s, for the policy's value term.
    package static let policy = NoiseUse("policy-noise", inTraces: "policy")
    /// Which units of the policy a training pass keeps.
    package static let policyDropout = NoiseUse("policy-dropout", inTraces: "policy_dropout")
}

/// Random numbers of one use that a gradient step draws.
package struct NoiseDraw: Sendable, Equatable {
    /// What is drawn.
    package enum Numbers: Sendable, Equatable {
        /// ε ~ N(0, 1) for an action in every state of the batch [B × A], or for so many in each [samples × B × A].
        case normal(samples: Int?)
        /// Numbers uniform on [-1, 1], for so many actions in every state of the batch [samples × B × A].
        case uniform(samples: Int)
        /// Ones and zeros that keep or drop the units of hidden layers of these widths [B × width each].
        case masks(widths: [Int])
    }

    /// What for.
    package let use: NoiseUse
    package let numbers: Numbers

    package init(_ use: NoiseUse, _ numbers: Numbers) {
        self.use = use
        self.numbers = numbers
    }
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
    private let stream: RandomStream
    /// The streams of uses that have been asked for.
    private var streams: [NoiseUse: RandomStream] = [:]
    /// Those of masks, one for each hidden layer.
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

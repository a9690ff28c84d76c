package import Networks
package import Numerics

/// One of a learner's random streams, by what its numbers are for.
package struct NoiseStream: Sendable, Hashable {
    /// The name of the `RandomStream` within the case's.
    let name: String
    /// Its name in a conformance trace.
    package let conformanceName: String

    package init(_ name: String, inTraces conformanceName: String) {
        self.name = name
        self.conformanceName = conformanceName
    }

    /// ε of the action drawn at s, for the policy's value term.
    package static let policy = NoiseStream("policy-noise", inTraces: "policy")
    /// ε of the actions drawn at s', for the temporal-difference target.
    package static let nextPolicy = NoiseStream("next-policy-noise", inTraces: "next_policy")
    /// The dropout masks of the policy.
    package static let policyDropout = NoiseStream("policy-dropout", inTraces: "policy_dropout")
}

/// Random numbers that a gradient step draws from one stream.
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

    package let stream: NoiseStream
    package let numbers: Numbers

    package init(_ stream: NoiseStream, _ numbers: Numbers) {
        self.stream = stream
        self.numbers = numbers
    }
}

/// Where the random numbers of a learner's steps come from: they are generated, or recorded in a conformance trace.
package protocol NoiseSource: AnyObject {
    /// Fills `out` with `count` standard normal numbers for one step.
    func normals(_ stream: NoiseStream, step: Int, into out: UnsafeMutablePointer<Real>, count: Int)
    /// Fills `out` with `count` numbers uniform on [-1, 1].
    func uniforms(_ stream: NoiseStream, step: Int, into out: UnsafeMutablePointer<Real>, count: Int)
    /// Fills the masks of a training pass.
    func fill(_ dropout: Dropout, _ stream: NoiseStream, step: Int)
}

/// Numbers of the case's counter-based streams: the same for the same case and step, on any rank and in any order.
final class GeneratedNoise: NoiseSource {
    private let caseStream: RandomStream
    /// The generators of the streams drawn from so far.
    private var generators: [NoiseStream: RandomStream] = [:]
    /// The generators of masks, one per hidden layer.
    private var layerGenerators: [NoiseStream: [RandomStream]] = [:]

    init(_ caseStream: RandomStream) { self.caseStream = caseStream }

    func normals(_ stream: NoiseStream, step: Int, into out: UnsafeMutablePointer<Real>, count: Int) {
        let start = KernelProfile.begin()
        generator(stream).normals(step: step, into: out, count: count)
        KernelProfile.end(start, "random numbers, normal", 1, count, numbers: count)
    }

    func uniforms(_ stream: NoiseStream, step: Int, into out: UnsafeMutablePointer<Real>, count: Int) {
        let start = KernelProfile.begin()
        generator(stream).symmetricUniforms(step: step, into: out, count: count)
        KernelProfile.end(start, "random numbers, uniform", 1, count, numbers: count)
    }

    func fill(_ dropout: Dropout, _ stream: NoiseStream, step: Int) {
        let generators = layerGenerators(stream, count: dropout.masks.count)
        for (generator, mask) in zip(generators, dropout.masks) {
            let start = KernelProfile.begin()
            generator.bernoulli(probability: 1 - dropout.rate, step: step, into: mask.pointer, count: mask.count)
            KernelProfile.end(start, "random numbers, Bernoulli", mask.rows, mask.columns, numbers: mask.count)
        }
    }

    private func generator(_ stream: NoiseStream) -> RandomStream {
        if let known = generators[stream] { return known }
        let new = caseStream.stream(stream.name)
        generators[stream] = new
        return new
    }

    private func layerGenerators(_ stream: NoiseStream, count: Int) -> [RandomStream] {
        if let known = layerGenerators[stream], known.count >= count { return known }
        let new = (0..<count).map { caseStream.stream(stream.name).stream("fc\($0)") }
        layerGenerators[stream] = new
        return new
    }
}

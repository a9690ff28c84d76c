import Algorithms
import Networks
import Numerics

/// The random numbers recorded in a trace, instead of a case's streams.
final class ConformanceNoise: NoiseSource {
    /// The numbers of one stream, `perStep` for each step of the trace, consecutively.
    private struct Numbers {
        var perStep: Int
        var elements: [Double]
    }

    private let updatesBefore: Int
    private var numbers: [NoiseStream: Numbers] = [:]
    private var masks: [NoiseStream: [Numbers]] = [:]

    /// Reads the noise that the trace's learner uses.
    ///
    /// - Throws: `HarnessError.badInput` if some is missing, of another shape or not finite.
    init(_ trace: ConformanceTrace) throws {
        updatesBefore = trace.updatesBefore
        for draw in trace.learner.noise(trace.hyperparameters) {
            switch draw.numbers {
            case .normal(let samples): numbers[draw.stream] = try ConformanceNoise.actions(trace, draw.stream, samples)
            case .uniform(let samples):
                numbers[draw.stream] = try ConformanceNoise.actions(trace, draw.stream, samples, in: -1...1)
            case .masks(let widths): masks[draw.stream] = try ConformanceNoise.masks(trace, draw.stream, widths)
            }
        }
    }

    private static func actions(
        _ trace: ConformanceTrace, _ stream: NoiseStream, _ samples: Int?,
        in range: ClosedRange<Double> = -Double.infinity...Double.infinity
    ) throws -> Numbers {
        let shape = [trace.steps] + (samples.map { [$0] } ?? []) + [trace.batch, trace.actions]
        return Numbers(
            perStep: (samples ?? 1) * trace.batch * trace.actions,
            elements: try trace.array("noise/\(stream.conformanceName)", shape: shape, within: range))
    }

    private static func masks(_ trace: ConformanceTrace, _ stream: NoiseStream, _ widths: [Int]) throws -> [Numbers] {
        try widths.enumerated().map { l, width in
            let name = "noise/\(stream.conformanceName)/fc\(l)"
            let mask = try trace.array(name, shape: [trace.steps, trace.batch, width])
            guard mask.allSatisfy({ $0 == 0 || $0 == 1 }) else { throw trace.refused(name, "zeros and ones", "others") }
            return Numbers(perStep: trace.batch * width, elements: mask)
        }
    }

    func normals(_ stream: NoiseStream, step: Int, into out: UnsafeMutablePointer<Real>, count: Int) {
        guard let numbers = numbers[stream] else {
            preconditionFailure("the learner draws \(stream.conformanceName), which its definition does not declare")
        }
        copy(numbers, step, out, count)
    }

    func uniforms(_ stream: NoiseStream, step: Int, into out: UnsafeMutablePointer<Real>, count: Int) {
        normals(stream, step: step, into: out, count: count)
    }

    func fill(_ dropout: Dropout, _ stream: NoiseStream, step: Int) {
        guard let masks = masks[stream] else {
            preconditionFailure("the learner draws \(stream.conformanceName), which its definition does not declare")
        }
        for (mask, numbers) in zip(dropout.masks, masks) { copy(numbers, step, mask.pointer, mask.count) }
    }

    private func copy(_ numbers: Numbers, _ step: Int, _ out: UnsafeMutablePointer<Real>, _ count: Int) {
        precondition(count == numbers.perStep, "\(count) numbers asked for, \(numbers.perStep) in the trace")
        let first = (step - updatesBefore) * count
        for i in 0..<count { out[i] = Real(numbers.elements[first + i]) }
    }
}

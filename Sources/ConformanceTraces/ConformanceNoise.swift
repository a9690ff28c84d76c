import Algorithms
import Networks
import Numerics

/// The random numbers of a trace, in place of a case's streams.
final class ConformanceNoise: NoiseSource {
    /// Where the trace keeps each use.
    private static func name(_ use: NoiseUse) -> String {
        switch use {
        case .policy: "policy"
        case .targetPolicy: "target_policy"
        case .nextPolicy: "next_policy"
        case .sampledAtState: "cql_current"
        case .sampledAtNextState: "cql_next"
        case .uniformActions: "cql_uniform"
        case .policyDropout: "policy_dropout"
        }
    }

    /// What one step of a use needs, all steps of the trace one behind the other.
    private struct Numbers {
        var perStep: Int
        var elements: [Double]
    }

    private let updatesBefore: Int
    private var numbers: [NoiseUse: Numbers] = [:]
    private var masks: [Numbers] = []

    /// Reads the noise that `trace`'s learner uses.
    ///
    /// - Throws: `HarnessError.badInput` where some is missing, of another shape or not finite.
    init(_ trace: ConformanceTrace) throws {
        updatesBefore = trace.updatesBefore
        let settings = trace.hyperparameters
        let (steps, batch, actions) = (trace.steps, trace.batch, trace.actions)
        func read(
            _ use: NoiseUse, _ samples: Int? = nil,
            within range: ClosedRange<Double> = -Double.infinity...Double.infinity
        ) throws {
            let shape = [steps] + (samples.map { [$0] } ?? []) + [batch, actions]
            numbers[use] = Numbers(
                perStep: (samples ?? 1) * batch * actions,
                elements: try trace.array("noise/\(ConformanceNoise.name(use))", shape: shape, within: range))
        }
        switch trace.learner {
        case .bc, .iql, .sql: break
        case .td3bc: try read(.targetPolicy)
        case .activeI, .activeS:
            if settings["cloning_temperature"]?.value != .word("off") { try read(.policy) }
        case .cql:
            guard case .integer(let draws)? = settings["sampled_actions"]?.value else { break }
            try read(.policy)
            try read(.nextPolicy, settings["max_target_backup"]?.value == .flag(true) ? draws : nil)
            for use in [NoiseUse.sampledAtState, .sampledAtNextState] { try read(use, draws) }
            try read(.uniformActions, draws, within: -1...1)
        }
        guard case .real(let rate)? = settings["actor_dropout"]?.value, rate > 0,
            case .integers(let hidden)? = settings["hidden"]?.value
        else { return }
        for (l, width) in hidden.enumerated() {
            let name = "noise/policy_dropout/fc\(l)"
            let mask = try trace.array(name, shape: [steps, batch, width])
            guard mask.allSatisfy({ $0 == 0 || $0 == 1 }) else { throw trace.refused(name, "zeros and ones", "others") }
            masks.append(Numbers(perStep: batch * width, elements: mask))
        }
    }

    func normals(_ use: NoiseUse, step: Int, into out: UnsafeMutablePointer<Real>, count: Int) {
        guard let numbers = numbers[use] else { preconditionFailure("the trace's \(use) was not read") }
        copy(numbers, step, out, count)
    }

    func uniforms(_ use: NoiseUse, step: Int, into out: UnsafeMutablePointer<Real>, count: Int) {
        normals(use, step: step, into: out, count: count)
    }

    func fill(_ dropout: Dropout, _ use: NoiseUse, step: Int) {
        for (mask, numbers) in zip(dropout.masks, masks) { copy(numbers, step, mask.pointer, mask.count) }
    }

    private func copy(_ numbers: Numbers, _ step: Int, _ out: UnsafeMutablePointer<Real>, _ count: Int) {
        precondition(count == numbers.perStep, "\(count) numbers asked for, \(numbers.perStep) in the trace")
        let first = (step - updatesBefore) * count
        for i in 0..<count { out[i] = Real(numbers.elements[first + i]) }
    }
}

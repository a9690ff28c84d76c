import Algorithms
import Datasets
import Foundation
import Networks
import Numerics

/// How fast a learner's gradient step is, in units of a 256³ matrix product on the same core in the same run.
public struct StepBenchmark: Sendable {
    /// What is measured.
    public struct Subject: Sendable {
        /// The learner with its overrides, "ACTIVE-I m=5".
        var name: String
        var learner: LearnerKind
        var hyperparameters: Hyperparameters

        /// A learner with `members` V networks where it is an ensemble, and V layer-normalised or not.
        public init(_ learner: LearnerKind, members: Int? = nil, layerNorm: Bool = false) {
            self.learner = learner
            hyperparameters = Presets.hyperparameters(learner)
            if let members { hyperparameters.set("m", to: .integer(members), from: "benchmark") }
            hyperparameters.set("value_layer_norm", to: .flag(layerNorm), from: "benchmark")
            name =
                learner.rawValue + (members.map { " m=\($0)" } ?? "") + (layerNorm ? ", V LayerNorm" : "")
        }
    }

    /// One line of the table.
    public struct Result: Sendable {
        /// The learner with its overrides, "ACTIVE-I m=5".
        public var name: String
        /// Median seconds of a step over the repetitions.
        public var secondsPerStep: Double
        /// The same over the median seconds of a product just before and after.
        public var units: Double
        /// The step's exact multiply-adds over those of a 256³ product: what it would take at that product's rate.
        public var floorUnits: Double
    }

    /// Observation and action sizes; Hopper's.
    var states = 11
    var actions = 3
    /// Gradient steps timed between two products; a quarter as many go before the first, untimed.
    public var stepsPerRepetition = 200
    var repetitions = 5

    /// Five repetitions on made-up data of Hopper's sizes.
    public init() {}

    /// Median seconds of one 256³ product on aligned matrices, the kernels being those in use.
    public static func productSeconds() -> Double {
        let size = 256
        let (a, b, c) = (Matrix(size, size), Matrix(size, size), Matrix(size, size))
        let stream = RandomStream("benchmark")
        stream.normals(step: 0, into: a.pointer, count: a.count)
        stream.normals(step: 1, into: b.pointer, count: b.count)
        for _ in 0..<20 { multiply(a.view, b.view, into: c.view) }
        return median(
            (0..<5).map { _ in
                seconds { for _ in 0..<100 { multiply(a.view, b.view, into: c.view) } } / 100
            })
    }

    /// Measures one learner, sampling of batches included.
    public func measure(_ subject: Subject) -> Result {
        let transitions = syntheticTransitions()
        let stream = RandomStream("benchmark/\(subject.name)")
        let learner = subject.learner.make(
            subject.hyperparameters,
            problem: Problem(states: states, actions: actions, horizon: 1_000_000, stream: stream, team: Solo()))
        let sampler = BatchSampler(
            transitions, stream: stream.stream("minibatch"), batchSize: subject.hyperparameters.batchSize)
        let batch = sampler.makeBatch()
        var step = 0
        func run(_ count: Int) {
            for _ in 0..<count {
                sampler.draw(step: step, into: batch)
                learner.update(batch)
                step += 1
            }
        }
        run(stepsPerRepetition / 4)
        var times: [Double] = []
        var units: [Double] = []
        for _ in 0..<repetitions {
            let before = StepBenchmark.productSeconds()
            let time = seconds { run(stepsPerRepetition) } / Double(stepsPerRepetition)
            let after = StepBenchmark.productSeconds()
            times.append(time)
            units.append(time / ((before + after) / 2))
        }
        let work = subject.learner.multiplyAdds(subject.hyperparameters, states: states, actions: actions)
        return Result(
            name: subject.name, secondsPerStep: median(times), units: median(units),
            floorUnits: work / Double(256 * 256 * 256))
    }

    private func syntheticTransitions() -> Transitions {
        let count = 100_000
        let block = allocateAligned(Transitions.blockSize(count: count, stateSize: states, actionSize: actions))
        let transitions = Transitions(
            count: count, stateSize: states, actionSize: actions, origin: "benchmark", block: block,
            release: { [address = UInt(bitPattern: block)] in free(UnsafeMutableRawPointer(bitPattern: address)) })
        let stream = RandomStream("benchmark/data")
        for (i, column) in [transitions.observations, transitions.nextObservations, transitions.rewards].enumerated() {
            stream.normals(step: i, into: column.pointer, count: column.count)
        }
        let actions = transitions.actions
        for i in 0..<actions.count { actions.pointer[i] = Real(2 * stream.uniform(step: 3, index: i) - 1) }
        return transitions
    }
}

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

        /// A learner's preset on Hopper, with V LayerNorm off, and with the settings given.
        public init(_ learner: LearnerKind, _ changes: [(key: String, value: SettingValue)] = []) {
            self.learner = learner
            hyperparameters = Presets.hyperparameters(learner)
            let plain =
                hyperparameters["value_layer_norm"] == nil ? [] : [("value_layer_norm", SettingValue.flag(false))]
            for (key, value) in plain + changes { hyperparameters.set(key, to: value, from: "benchmark") }
            name = ([learner.rawValue] + changes.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
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
    /// Gradient steps of IQL timed between two products, and as many of another learner as take about as long; a quarter
    /// as many go before the first, untimed.
    public var stepsPerRepetition = 200
    var repetitions = 5

    /// Five repetitions on made-up data of Hopper's sizes.
    public init() {}

    /// Median seconds of one 256³ product on aligned matrices, the kernels being those in use.
    public static func productSeconds() -> Double {
        let products = Products()
        products.run(20)
        return median((0..<5).map { _ in seconds { products.run(100) } / 100 })
    }

    /// 256³ products a second, over so many seconds.
    public static func productRate(seconds limit: Double) -> Double {
        let products = Products()
        products.run(20)
        let start = DispatchTime.now()
        var count = 0
        while secondsSince(start) < limit {
            products.run(20)
            count += 20
        }
        return Double(count) / secondsSince(start)
    }

    /// Two matrices [256 × 256] and room for their product.
    private struct Products {
        private let a = Matrix(256, 256)
        private let b = Matrix(256, 256)
        private let c = Matrix(256, 256)

        init() {
            let stream = RandomStream("benchmark")
            stream.normals(step: 0, into: a.pointer, count: a.count)
            stream.normals(step: 1, into: b.pointer, count: b.count)
        }

        func run(_ count: Int) {
            for _ in 0..<count { multiplyByBLAS(a.view, b.view, into: c.view) }
        }
    }

    /// Measures one learner, sampling of batches included.
    public func measure(_ subject: Subject) -> Result {
        let transitions = Transitions(syntheticOf: 100_000, states: states, actions: actions)
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
        let work = subject.learner.multiplyAdds(subject.hyperparameters, states: states, actions: actions)
        let reference = LearnerKind.iql.multiplyAdds(
            Presets.hyperparameters(.iql), states: states, actions: actions)
        // An even number: TD3+BC's policy steps every second time.
        let steps = max(2, Int(Double(stepsPerRepetition) * min(1, reference / work)) / 2 * 2)
        run(max(2, steps / 4))
        var times: [Double] = []
        var units: [Double] = []
        for _ in 0..<repetitions {
            let before = StepBenchmark.productSeconds()
            let time = seconds { run(steps) } / Double(steps)
            let after = StepBenchmark.productSeconds()
            times.append(time)
            units.append(time / ((before + after) / 2))
        }
        return Result(
            name: subject.name, secondsPerStep: median(times), units: median(units),
            floorUnits: work / Double(256 * 256 * 256))
    }
}

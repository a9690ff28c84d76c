import Algorithms
import Foundation
import Numerics

/// The time of a learner's gradient step in units of a 256³ matrix product by OpenBLAS on the same core in the same
/// run.
package struct StepBenchmark: Sendable {
    /// One line of the table.
    package struct Result: Sendable, Encodable {
        /// The learner with its overrides, "ACTIVE-I m=5".
        package let learner: String
        /// Steps per second of processor time, the median over the repetitions.
        package let stepsPerSecond: Double
        /// The step's time divided by that of a product just before and after.
        package let units: Double
        /// The step's time at the product's rate: its exact multiply-adds divided by those of a product.
        package let floor: Double
        /// floor / units.
        package let shareOfFloor: Double
        /// Heap allocations per step after the first ones; nil if they are not counted.
        package let allocationsPerStep: Double?
        /// Bytes read and written by the kernels of a step, counting every operand once.
        package let bytesPerStep: Double
    }

    /// Gradient steps of IQL timed between two products; other learners make as many as take about as long. A quarter
    /// as many are made untimed before the first product.
    package var stepsPerRepetition = 200
    /// The number of repetitions, of which medians are taken.
    package var repetitions = 5
    /// The number of heap allocations of this process so far; nil if they are not counted.
    package var countAllocations: @Sendable () -> Int? = { nil }

    package init() {}

    /// Measures one learner, including the sampling of batches.
    package func measure(_ subject: StepBenchmark.Subject) -> Result {
        let loop = subject.loop()
        let product = MatrixProductRate()
        let steps = steps(subject)
        loop.run(max(2, steps / 4))
        let allocations = countAllocations()
        loop.run(steps)
        let allocated = countAllocations().flatMap { after in allocations.map { after - $0 } }
        var times: [Double] = []
        var units: [Double] = []
        for _ in 0..<repetitions {
            let before = product.seconds()
            let time = processorSeconds { loop.run(steps) } / Double(steps)
            let after = product.seconds()
            times.append(time)
            units.append(time / ((before + after) / 2))
        }
        let floor = subject.multiplyAdds / MatrixProductRate.multiplyAdds
        return Result(
            learner: subject.name, stepsPerSecond: 1 / median(times), units: median(units), floor: floor,
            shareOfFloor: floor / median(units), allocationsPerStep: allocated.map { Double($0) / Double(steps) },
            bytesPerStep: Double(StepProfile(of: loop, steps: 2).lines.map(\.bytes).reduce(0, +)) / 2)
    }

    /// Profiles the steps of one learner.
    package func profile(_ subject: StepBenchmark.Subject) -> StepProfile {
        let loop = subject.loop()
        loop.run(max(2, steps(subject) / 4))
        return StepProfile(of: loop, steps: steps(subject))
    }

    /// The number of steps per repetition; even, because TD3+BC updates its policy every second step.
    package func steps(_ subject: StepBenchmark.Subject) -> Int {
        let share = min(1, StepBenchmark.Subject(.iql).multiplyAdds / subject.multiplyAdds)
        return max(2, Int(Double(stepsPerRepetition) * share) / 2 * 2)
    }
}

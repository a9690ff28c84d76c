import Algorithms
import Foundation
import Numerics

/// How fast a learner's gradient step is, in units of a 256³ matrix product by OpenBLAS on the same core in the same run.
package struct StepBenchmark: Sendable {
    /// One line of the table.
    package struct Result: Sendable, Encodable {
        /// The learner with its overrides, "ACTIVE-I m=5".
        package let learner: String
        /// Of processor time, the median over the repetitions.
        package let stepsPerSecond: Double
        /// A step's time over that of a product just before and after.
        package let units: Double
        /// What the step would take at the product's rate: its exact multiply-adds over those of a product.
        package let floor: Double
        /// floor / units.
        package let shareOfFloor: Double
        /// Of the heap, in a step after the first ones; nil where nobody counts.
        package let allocationsPerStep: Double?
        /// Read and written by the kernels of a step, every operand once.
        package let bytesPerStep: Double
    }

    /// Gradient steps of IQL timed between two products, and as many of another learner as take about as long; a quarter
    /// as many go before the first, untimed.
    package var stepsPerRepetition = 200
    /// Of which the medians are taken.
    package var repetitions = 5
    /// The heap allocations of this process so far; nil where nobody counts.
    package var countAllocations: @Sendable () -> Int? = { nil }

    /// Five repetitions.
    package init() {}

    /// Measures one learner, sampling of batches included.
    package func measure(_ subject: StepLoop.Subject) -> Result {
        let loop = StepLoop(subject)
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

    /// Where the time of one learner's steps goes.
    package func profile(_ subject: StepLoop.Subject) -> StepProfile {
        let loop = StepLoop(subject)
        loop.run(max(2, steps(subject) / 4))
        return StepProfile(of: loop, steps: steps(subject))
    }

    /// As many as a repetition has; an even number: TD3+BC's policy steps every second time.
    package func steps(_ subject: StepLoop.Subject) -> Int {
        let share = min(1, StepLoop.Subject(.iql).multiplyAdds / subject.multiplyAdds)
        return max(2, Int(Double(stepsPerRepetition) * share) / 2 * 2)
    }
}

import Algorithms
package import Dispatch
import Foundation
import Numerics

/// What one core computes per second of wall-clock time.
package struct CoreRates: Codable, Equatable, Sendable {
    /// 256³ products by our kernel, whose matrices stay in the core's own cache.
    package var products: Double
    /// Gradient steps.
    package var steps: Double

    package init(products: Double, steps: Double) { (self.products, self.steps) = (products, steps) }

    /// Measures a learner's steps for `limit` seconds, then products for as long. Processes that are given the same
    /// `start` measure at the same time.
    ///
    /// - Returns: nil if `start` had passed before the learner was ready.
    package static func measure(
        _ subject: StepBenchmark.Subject, from start: DispatchTime, seconds limit: Double
    ) -> CoreRates? {
        let (loop, product) = (subject.loop(), MatrixProductRate())
        let period = subject.learner.period(subject.hyperparameters)
        loop.run(period)
        guard DispatchTime.now() < start else { return nil }
        // Every process works until the next window begins, so that no core is idle while another one is measured.
        let steps = rate(from: start, seconds: limit, each: period) { loop.run(period) }
        let products = rate(from: start + limit + 0.1, seconds: limit, each: 20) { product.computeOwn(20) }
        return CoreRates(products: products, steps: steps)
    }

    /// Repeats `work` until `start`, and then until `limit` seconds later; returns how often it was done per second
    /// then, times `count`.
    private static func rate(
        from start: DispatchTime, seconds limit: Double, each count: Int, _ work: () -> Void
    ) -> Double {
        while DispatchTime.now() < start { work() }
        let begin = DispatchTime.now()
        var repetitions = 0
        while secondsSince(begin) < limit {
            work()
            repetitions += 1
        }
        return Double(repetitions * count) / secondsSince(begin)
    }
}

/// How a learner's steps on all cores at once compare with products on all cores at once. A ratio is taken within a
/// round, so that a machine that slows down over time does not change it.
package struct CoreComparison: Encodable, Sendable {
    /// One round: a core that has the machine to itself, and all cores at once.
    package struct Round: Sendable {
        package let alone: CoreRates
        package let together: [CoreRates]

        package init(alone: CoreRates, together: [CoreRates]) { (self.alone, self.together) = (alone, together) }
    }

    /// The learner with its overrides.
    package let learner: String
    /// R, the number of cores.
    package let cores: Int
    /// Steps per second of one core, with the others idle.
    package let stepsPerSecondAlone: Double
    /// Steps per second of all cores.
    package let stepsPerSecond: Double
    /// Products per second of all cores, divided by one core's.
    package let productGain: Double
    /// The same of steps.
    package let stepGain: Double
    /// stepGain / productGain: 1 if steps lose no more than products with matrices in the cache do.
    package let efficiency: Double

    /// Takes medians over `rounds`, of which there is at least one.
    package init(_ learner: String, _ rounds: [Round]) {
        func total(_ rates: [CoreRates], _ rate: (CoreRates) -> Double) -> Double { rates.map(rate).reduce(0, +) }
        let stepGains = rounds.map { total($0.together, \.steps) / $0.alone.steps }
        let productGains = rounds.map { total($0.together, \.products) / $0.alone.products }
        self.learner = learner
        cores = rounds.first?.together.count ?? 0
        stepsPerSecondAlone = median(rounds.map(\.alone.steps))
        stepsPerSecond = median(rounds.map { total($0.together, \.steps) })
        productGain = median(productGains)
        stepGain = median(stepGains)
        efficiency = median(zip(stepGains, productGains).map { $0 / $1 })
    }
}

import Algorithms
import Foundation
import Testing

@Suite struct AdaptiveTemperatureTests {
    /// β rises while the data are less likely than H_D, falls while they are more likely, and stays constant at H_D.
    @Test func direction() {
        var beta = AdaptiveTemperature(initial: 1, targetLogLikelihood: -1, rate: 0.01)
        _ = beta.step(meanLogLikelihood: -3)
        #expect(beta.value > 1)
        beta = AdaptiveTemperature(initial: 1, targetLogLikelihood: -1, rate: 0.01)
        _ = beta.step(meanLogLikelihood: 2)
        #expect(beta.value < 1)
        beta = AdaptiveTemperature(initial: 1, targetLogLikelihood: -1, rate: 0.01)
        _ = beta.step(meanLogLikelihood: -1)
        #expect(beta.value == 1)
    }

    /// L(β) = β(log π - H_D) before the step; Adam's first step on log β is the rate, whatever the gradient's size.
    @Test func lossAndFirstStep() {
        var beta = AdaptiveTemperature(initial: 2, targetLogLikelihood: -1, rate: 3e-4)
        let loss = beta.step(meanLogLikelihood: -1.5)
        #expect(abs(loss + 1) < 1e-12)
        #expect(abs(log(beta.value) - log(2) - 3e-4) < 1e-9)
    }

    @Test func staysWithinBounds() {
        var beta = AdaptiveTemperature(initial: 1, targetLogLikelihood: 5, rate: 1)
        for _ in 0..<100 { _ = beta.step(meanLogLikelihood: -50) }
        #expect(abs(beta.value - 1e4) < 1e-6)
        beta = AdaptiveTemperature(initial: 1, targetLogLikelihood: 5, rate: 1)
        for _ in 0..<100 { _ = beta.step(meanLogLikelihood: 50) }
        #expect(beta.value >= 1e-4 * (1 - 1e-12) && beta.value < 1.1e-4)
    }

    /// Starting at the bound does not show that the target is out of reach; still being there after many steps does.
    @Test func warnsOfTheBoundOnlyAfterSomeTime() {
        var beta = AdaptiveTemperature(initial: 1e4, targetLogLikelihood: -1, rate: 3e-4)
        _ = beta.step(meanLogLikelihood: -3)
        #expect(beta.warning == nil)
        for _ in 0..<10_000 { _ = beta.step(meanLogLikelihood: -3) }
        #expect(beta.warning?.hasPrefix("target_log_likelihood -1 is out of reach") == true)
    }
}

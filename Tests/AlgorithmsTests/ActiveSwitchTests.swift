import Algorithms
import Networks
import Numerics
import Testing

/// Identities between ACTIVE's switches and other learners. The conformance tests check the formula of each switch.
@Suite struct ActiveSwitchTests {
    /// Every parameter after fifty steps, by network.
    private func trained(
        _ definition: LearnerDefinition, _ changes: [String: SettingValue], steps: Int = 50
    ) -> [String: [Real]] {
        let sample = LearnerSample(definition, seed: 0, changes)
        for step in 0..<steps { sample.update(step) }
        return Dictionary(
            uniqueKeysWithValues: sample.learner.networks.map { ($0.name, values(of: $0.parameters)) })
    }

    private static let oneMember: [String: SettingValue] = ["m": .integer(1), "cloning_temperature": .word("off")]

    /// Settings that both sides of an identity share.
    static let common: [[String: SettingValue]] = [
        ["value_layer_norm": .flag(false)], ["value_layer_norm": .flag(true)],
        ["value_layer_norm": .flag(true), "actor_dropout": .real(0.3)],
        ["value_layer_norm": .flag(false), "critics": .integer(1)],
    ]

    @Test(arguments: common)
    func oneMemberWithoutTemperatureIsIQL(common: [String: SettingValue]) {
        let active = Self.oneMember.merging(common) { $1 }.merging(["inverse_temperature": .real(3)]) { $1 }
        #expect(trained(.activeI, active) == trained(.iql, common.merging(["inverse_temperature": .real(3)]) { $1 }))
    }

    @Test(arguments: common)
    func oneMemberWithoutTemperatureIsSQL(common: [String: SettingValue]) {
        #expect(trained(.activeS, Self.oneMember.merging(common) { $1 }) == trained(.sql, common))
    }

    @Test func theEnsembleOffIsOneMember() {
        for definition in [LearnerDefinition.activeI, .activeS] {
            #expect(
                trained(definition, ["m": .integer(4), "value_ensemble": .flag(false)])
                    == trained(definition, ["m": .integer(1)]))
        }
    }

    @Test func aFixedTemperatureIsOneWithoutRate() {
        #expect(
            trained(.activeI, ["cloning_temperature": .word("fixed"), "initial_beta": .real(0.7)])
                == trained(.activeI, ["beta_rate": .real(0), "initial_beta": .real(0.7)]))
    }

    /// The quantile 0 over the members at s' is their minimum; of three, ½ gives neither minimum nor mean.
    @Test func theLowestQuantileIsTheMinimum() {
        let lowest = trained(.activeI, ["backup": .word("quantile"), "backup_quantile": .real(0)])
        #expect(lowest == trained(.activeI, ["backup": .word("min")]))
        let middle = trained(.activeI, ["backup": .word("quantile"), "backup_quantile": .real(0.5)])
        #expect(middle != lowest && middle != trained(.activeI, ["backup": .word("mean")]))
    }

    /// Every switch changes what is learned.
    @Test(arguments: [
        ["m": SettingValue.integer(2)], ["backup": .word("mean")], ["quantile": .real(0.9)], ["weight": .word("one")],
        ["weight": .word("positive")], ["inverse_temperature": .real(2)], ["cloning_temperature": .word("off")],
        ["cloning_temperature": .word("fixed")], ["target_log_likelihood": .real(-3)], ["initial_beta": .real(2)],
        ["q_normalisation": .flag(true)], ["critics": .integer(1)], ["value_layer_norm": .flag(false)],
        ["actor_dropout": .real(0.2)],
    ])
    func aSwitchChangesWhatIsLearned(changes: [String: SettingValue]) {
        #expect(trained(.activeI, changes) != trained(.activeI, [:]))
    }

    /// Where H_D is out of reach, β outgrows the value term and the learner warns of it; within reach it does not.
    @Test func anUnreachableTargetIsNamed() throws {
        func warning(_ target: Double) -> String? {
            let sample = LearnerSample(
                .activeI, seed: 0, ["target_log_likelihood": .real(target), "beta_rate": .real(0.05)])
            for step in 0..<200 { sample.update(step) }
            return sample.learner.warning
        }
        let sentence = try #require(warning(900))
        #expect(sentence.hasPrefix("target_log_likelihood 900 is out of reach: β ran from 1 to "))
        #expect(warning(-900) == nil)
    }

    static let resumed: [(LearnerDefinition, [String: SettingValue])] =
        LearnerRegistry.standard.learners.map { ($0, [:]) } + [
            (.td3bc, ["policy_delay": .integer(3)]), (.cql, ["lagrange": .flag(true)]),
            (.activeI, ["actor_dropout": .real(0.3)]),
        ]

    /// `resume` with the same parameters gives the same next step, whatever the counters were before.
    @Test(arguments: resumed)
    func resumesBitForBit(definition: LearnerDefinition, changes: [String: SettingValue]) {
        let straight = LearnerSample(definition, seed: 0, changes)
        for step in 0..<7 { straight.update(step) }
        let resumed = LearnerSample(definition, seed: 0, changes)
        for (target, source) in zip(resumed.learner.networks, straight.learner.networks) {
            target.parameters.copy(from: source.parameters)
            guard let to = target.optimiser, let from = source.optimiser else { continue }
            to.firstMoment.copy(from: from.firstMoment)
            to.secondMoment.copy(from: from.secondMoment)
        }
        for (target, source) in zip(resumed.learner.scalars, straight.learner.scalars) {
            target.adam.value = source.adam.value
            target.adam.firstMoment = source.adam.firstMoment
            target.adam.secondMoment = source.adam.secondMoment
        }
        resumed.learner.resume(after: 7)
        for step in 7..<12 {
            straight.update(step)
            resumed.update(step)
        }
        for (a, b) in zip(straight.learner.networks, resumed.learner.networks) {
            #expect(values(of: a.parameters) == values(of: b.parameters), "\(a.name)")
        }
    }
}

import Algorithms
import Datasets
import Foundation
import Networks
import Numerics
import Testing

@Suite struct LearnerTests {
    /// Multiply-adds of a step on Hopper in units of 256³ counted by hand.
    @Test(arguments: [
        (LearnerDefinition.td3bc, nil, 12.02), (.cql, nil, 395.0), (.iql, nil, 16.67), (.sql, nil, 16.67),
        (.activeI, 1, 22.94), (.activeS, 5, 43.70),
        (.activeI, 10, 69.66),
    ])
    func work(learner: LearnerDefinition, members: Int?, expected: Double) {
        var hyperparameters = learner.hyperparameters()
        if let members { hyperparameters.set("m", to: .integer(members), from: "test") }
        let work = learner.multiplyAdds(hyperparameters, states: 11, actions: 3) / Double(256 * 256 * 256)
        #expect(abs(work - expected) < 0.05)
    }

    /// Equal stream names give equal bits; another seed gives other bits.
    @Test(arguments: LearnerRegistry.standard.learners)
    func reproducible(definition: LearnerDefinition) {
        func parameters(_ seed: Int) -> [[Real]] {
            let sample = LearnerSample(definition, seed: seed)
            for step in 0..<5 { sample.update(step) }
            return sample.learner.networks.map { values(of: $0.parameters) }
        }
        let first = parameters(0)
        #expect(first == parameters(0))
        #expect(first != parameters(1))
    }

    /// In the first step all values stay finite, every network but the targets changes, and the targets change by η.
    @Test(arguments: LearnerRegistry.standard.learners)
    func everyNetworkLearns(definition: LearnerDefinition) {
        let sample = LearnerSample(definition, seed: 0)
        let before = sample.learner.networks.map { values(of: $0.parameters) }
        sample.update(0)
        for (network, old) in zip(sample.learner.networks, before) {
            let new = values(of: network.parameters)
            #expect(new != old, "\(network.name) did not move")
            #expect(new.allSatisfy { $0.isFinite })
        }
        #expect(sample.learner.diagnostics().allSatisfy { $0.value.isFinite })
    }

    /// The members of an ensemble start with different weights and see the same data.
    @Test func membersDiffer() {
        let sample = LearnerSample(.activeI, seed: 0)
        let members = sample.learner.networks.filter { $0.name.hasPrefix("v.") }.map { values(of: $0.parameters) }
        #expect(members.count == 3)
        #expect(members[0] != members[1] && members[1] != members[2])
    }

    /// A NaN in the data appears in the diagnostics, so that the case is marked as diverged.
    @Test(arguments: LearnerRegistry.standard.learners)
    func divergenceShows(definition: LearnerDefinition) {
        let sample = LearnerSample(definition, seed: 0)
        sample.update(0) { $0.states.row(3)[0] = .nan }
        sample.update(1)
        #expect(sample.learner.diagnostics().contains { !$0.value.isFinite })
    }

    #if ACTIVE_BENCH_DOUBLE
        /// Every gradient of every learner equals the central differences of the reported loss, as the whole update
        /// computes it. With all rates at zero an update changes nothing and leaves the gradients at the current
        /// parameters.
        @Test(arguments: LearnerRegistry.standard.learners)
        func gradientsAreThoseOfTheReportedLosses(definition: LearnerDefinition) throws {
            let sample = LearnerSample(definition, seed: 0, rate: 0)
            sample.update(0)
            let learner = sample.learner
            for network in learner.networks {
                guard let gradients = network.gradients else { continue }
                // λ of TD3+BC is part of the policy's loss, but no gradient passes through it: see Conformance.
                if definition == .td3bc && network.name == "policy" { continue }
                let (loss, factor): (String, Double) =
                    switch network.name.prefix(1) {
                    case "v": ("value_loss", Double(learner.networks.count { $0.name.hasPrefix("v.") }))
                    case "q": ("critic_loss", 1)
                    default: ("policy_loss", 1)
                    }
                let expected = values(of: gradients).map { Double($0) }
                var largest = 0.0
                for i in 0..<network.parameters.count {
                    let difference = factor * sample.centralDifference(of: loss, network.name, i)
                    largest = max(largest, abs(difference - expected[i]) / (1 + abs(expected[i])))
                }
                #expect(largest < 1e-6, "\(definition.name) \(network.name): \(largest)")
            }
        }
    #endif

}

func values(of block: ParameterBlock) -> [Real] {
    Array(UnsafeBufferPointer(start: block.values, count: block.count))
}

/// A small learner with generated data.
final class LearnerSample {
    let learner: any Learner
    private let definition: LearnerDefinition
    private let seed: Int
    private let rate: Double
    private let batch = Batch(size: 6, stateSize: 4, actionSize: 2)

    /// - Parameters:
    ///   - rate: the learning rate of all networks and of β.
    ///   - changes: settings that differ from those of the small learner.
    ///   - team: the assignment of networks to ranks.
    init(
        _ definition: LearnerDefinition, seed: Int, rate: Double = 1e-3, _ changes: [String: SettingValue] = [:],
        team: any Exchange = Solo()
    ) {
        self.definition = definition
        self.seed = seed
        self.rate = rate
        learner = LearnerSample.make(definition, seed: seed, rate: rate, changes, team: team)
    }

    func update(_ step: Int, change: (Batch) -> Void = { _ in }) {
        LearnerSample.fill(batch, step: step)
        change(batch)
        learner.update(batch)
    }

    /// ∂(loss)/∂(parameter i of the network) at the initial parameters, from one update each of two other learners.
    func centralDifference(of loss: String, _ network: String, _ i: Int) -> Double {
        let h = 1e-6
        let losses = [h, -h].map { shift -> Double in
            let other = LearnerSample.make(definition, seed: seed, rate: rate)
            for named in other.networks where named.name == network { named.parameters.mutate { $0[i] += Real(shift) } }
            LearnerSample.fill(batch, step: 0)
            other.update(batch)
            return other.diagnostics().first { $0.name == loss }?.value ?? .nan
        }
        return (losses[0] - losses[1]) / (2 * h)
    }

    private static func make(
        _ definition: LearnerDefinition, seed: Int, rate: Double, _ changes: [String: SettingValue] = [:],
        team: any Exchange = Solo()
    ) -> any Learner {
        definition.make(
            settings(definition, rate: rate, changes),
            problem: Problem(
                states: 4, actions: 2, horizon: 1_000, stream: RandomStream("learner/seed-\(seed)"), team: team))
    }

    /// The settings of the small learner, with `changes`.
    static func settings(
        _ definition: LearnerDefinition, rate: Double = 1e-3, _ changes: [String: SettingValue] = [:]
    ) -> Hyperparameters {
        var hyperparameters = definition.hyperparameters()
        let small: [(String, SettingValue)] = [
            ("hidden", .integers([7, 5])), ("critic_hidden", .integers([6, 5])), ("batch", .integer(6)),
            ("learning_rate", .real(rate)), ("policy_learning_rate", .real(rate)), ("beta_rate", .real(rate)),
            ("m", .integer(3)), ("quantile", .real(0.3)), ("sampled_actions", .integer(2)),
            ("policy_delay", .integer(1)),
        ]
        for (key, value) in small where hyperparameters[key] != nil {
            hyperparameters.set(key, to: value, from: "test")
        }
        for (key, value) in changes { hyperparameters.set(key, to: value, from: "test") }
        return hyperparameters
    }

    static func fill(_ batch: Batch, step: Int) {
        let stream = RandomStream("batch-\(step)")
        stream.normals(step: 0, into: batch.stateActions.pointer, count: batch.stateActions.count)
        stream.normals(step: 1, into: batch.nextStates.pointer, count: batch.nextStates.count)
        stream.normals(step: 2, into: batch.rewards.pointer, count: batch.size)
        for b in 0..<batch.size {
            for j in 0..<2 { batch.actions.row(b)[j] = tanh(batch.actions.row(b)[j]) }
            batch.continuations[b] = b % 3 == 0 ? 0 : 1
        }
    }
}

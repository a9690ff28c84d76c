import Algorithms
import Datasets
import Networks
import Numerics
import Testing

@Suite struct AdvantageWeightedPolicyTests {
    private static var batch: Batch {
        let batch = Batch(size: 6, stateSize: 4, actionSize: 2)
        for (i, matrix) in [batch.stateActions, batch.nextStates].enumerated() {
            RandomStream("batch").normals(step: i, into: matrix.pointer, count: matrix.count)
        }
        return batch
    }

    private static var weights: Matrix {
        let weights = Matrix(vector: 6)
        weights.pointer.update(repeating: 1, count: 6)
        return weights
    }

    private static func actor(dropout: Double) -> AdvantageWeightedPolicy {
        AdvantageWeightedPolicy(
            ShapeSettings(batch: 6, hidden: [8, 8]), rate: 1e-3, dropout: dropout,
            problem: Problem(states: 4, actions: 2, horizon: 10, stream: RandomStream("actor"), team: Solo()))
    }

    /// Passes on other states drop no units, whatever masks there are, and change nothing in the steps.
    @Test(arguments: [0, 0.5]) func passesOnOtherStates(dropout: Double) {
        let batch = Self.batch
        let (actor, undisturbed, plain) = (
            Self.actor(dropout: dropout), Self.actor(dropout: dropout), Self.actor(dropout: 0)
        )
        for step in 0..<3 {
            actor.policy.forward(batch.nextStates.view)
            plain.policy.network.parameters.copy(from: actor.policy.network.parameters)
            plain.policy.forward(batch.nextStates.view)
            let means = (actor.policy.means, plain.policy.means)
            #expect((0..<means.0.count).allSatisfy { means.0.pointer[$0] == means.1.pointer[$0] })
            #expect(actor.evaluate(batch, step: step) == undisturbed.evaluate(batch, step: step))
            actor.step(batch, weights: Self.weights)
            undisturbed.step(batch, weights: Self.weights)
            #expect(
                values(of: actor.policy.network.parameters) == values(of: undisturbed.policy.network.parameters))
        }
    }

    /// A step whose gradient would be that of another pass ends the program with a sentence.
    @Test func aStepWithoutItsEvaluation() async {
        func expectSentence(_ error: [UInt8]?) {
            let text = String(decoding: error ?? [], as: UTF8.self)
            #expect(text.contains("expected `evaluate` as the policy's last pass"), "\(text)")
        }
        let after = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let (actor, batch) = (Self.actor(dropout: 0.5), Self.batch)
            _ = actor.evaluate(batch, step: 0)
            actor.policy.forward(batch.nextStates.view)
            actor.step(batch, weights: Self.weights)
        }
        expectSentence(after?.standardErrorContent)
        let twice = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let (actor, batch) = (Self.actor(dropout: 0), Self.batch)
            _ = actor.evaluate(batch, step: 0)
            for _ in 0..<2 { actor.step(batch, weights: Self.weights) }
        }
        expectSentence(twice?.standardErrorContent)
    }
}

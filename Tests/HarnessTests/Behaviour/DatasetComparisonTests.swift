import Algorithms
import Behaviour
import Cases
import Datasets
import Networks
import Numerics
import Studies
import Testing

/// What `data compare` measures, against plain computations.
@Suite struct DatasetComparisonTests {
    /// n transitions of states that are normally distributed with a standard deviation of `spread`.
    private func table(_ n: Int, states: Int, spread: Real, _ name: String) -> Transitions {
        let table = Transitions(count: n, stateSize: states, actionSize: 2, origin: name)
        RandomStream(name).normals(step: 0, into: table.rows.observations, count: n * states)
        for i in 0..<n * states { table.rows.observations[i] *= spread }
        for i in 0..<2 * n { table.rows.actions[i] = Real(2 * RandomStream(name).uniform(step: 1, index: i) - 1) }
        return table
    }

    private func distance(_ a: UnsafePointer<Real>, _ b: UnsafePointer<Real>, _ scale: [Real]) -> Double {
        scale.indices.map { (Double(a[$0]) - Double(b[$0])) / Double(scale[$0]) }.map { $0 * $0 }.reduce(0, +)
            .squareRoot()
    }

    /// Numbers of states below, at and above a block's 512.
    @Test(arguments: [(1, 1, 1), (7, 513, 3), (512, 40, 11), (1_100, 1_025, 4)])
    func distancesToTheNearestState(_ first: Int, _ second: Int, _ states: Int) {
        let a = table(first, states: states, spread: 3, "a\(first)")
        let b = table(second, states: states, spread: 2, "b\(second)")
        let scale = ObservationNormalisation(of: a.observations, offset: 1e-6).scale
        let queries = min(first, 300)
        let expected = (0..<queries).map { q in
            let state = a.observations.row(q * first / queries)
            return (0..<second).map { distance(state, b.observations.row($0), scale) }.min() ?? 0
        }
        let found = NearestStates(scaledBy: a).meanDistance(from: a, to: b, queries: queries)
        let mean = expected.reduce(0, +) / Double(queries)
        #expect(abs(found - mean) < 1e-4 * max(1, mean), "\(found), \(mean)")
        #expect(NearestStates(scaledBy: a).meanDistance(from: a, to: a, queries: queries) < 5e-3)
    }

    /// Chunks of 256 and a remainder: the mean over single transitions.
    @Test(arguments: [1, 255, 256, 300, 700]) func likelihoodsOfAllActions(count: Int) throws {
        let data = table(count, states: 11, spread: 1, "likelihoods")
        let dataset = try DatasetReference.named("hopper-medium-v2")
        let settings = LearnerDefinition.bc.hyperparameters(for: dataset.taskClass)
        let studyCase = StudyCase(
            learner: .bc, data: dataset, variant: "t", seed: 0, hyperparameters: settings, steps: 3, evaluateEvery: 3,
            episodes: 1, finalEpisodes: 1, column: "BC")
        let policy = ClonedPolicy(studyCase, on: data)
        let single = (0..<count).map { i in
            let one = Transitions(count: 1, stateSize: 11, actionSize: 2, origin: "one")
            one.rows.observations.update(from: data.observations.row(i), count: 11)
            one.rows.actions.update(from: data.actions.row(i), count: 2)
            return policy.meanLogLikelihood(of: one)
        }
        let mean = single.reduce(0, +) / Double(count)
        #expect(abs(policy.meanLogLikelihood(of: data) - mean) < 1e-5 * max(1, abs(mean)))
    }
}

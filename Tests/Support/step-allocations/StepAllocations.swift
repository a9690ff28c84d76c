import Algorithms
import Datasets
import Networks
import Numerics
import Processes

/// Prints the number of heap allocations in 1,000 gradient steps after the first 10, for every learner and then for
/// some with other switches (100 steps with switches; 20 of CQL, whose steps take 25 times as long).
///
/// It is started with the counting allocator preloaded. The first line proves that this counts: its number must not be
/// zero.
@main
struct StepAllocations {
    static func main() {
        BLASLibrary.useOneThread()
        let before = count()
        let matrix = Matrix(8, 8)
        print("counter \(count() - before) for a matrix of \(matrix.count)")
        for (learner, changes) in subjects { print("\(learner.name) \(allocations(of: learner, changes))") }
    }

    private static func count() -> Int {
        guard let count = AllocationCount.current() else {
            preconditionFailure("the counting allocator is not preloaded")
        }
        return count
    }

    /// Every learner, then learners with switches that make other passes.
    private static let subjects: [(LearnerDefinition, [String: SettingValue])] =
        LearnerRegistry.standard.learners.map { ($0, [:]) } + [
            (.cql, ["lagrange": .flag(true), "max_target_backup": .flag(true), "importance_sampling": .flag(false)]),
            (.activeI, ["backup": .word("quantile"), "actor_dropout": .real(0.1), "q_normalisation": .flag(true)]),
            (.activeS, ["backup": .word("mean"), "cloning_temperature": .word("off"), "critics": .integer(1)]),
        ] + inBFloat16

    private static let inBFloat16: [(LearnerDefinition, [String: SettingValue])] = [
        (.cql, ["precision": .word("bf16")]), (.td3bc, ["precision": .word("bf16")]),
        (.iql, ["precision": .word("bf16")]),
        (.sql, ["precision": .word("bf16x3"), "actor_dropout": .real(0.1), "value_layer_norm": .flag(true)]),
    ]

    private static func allocations(of definition: LearnerDefinition, _ changes: [String: SettingValue]) -> Int {
        var hyperparameters = definition.hyperparameters()
        if hyperparameters["m"] != nil { hyperparameters.set("m", to: .integer(2), from: "test") }
        for (key, value) in changes { hyperparameters.set(key, to: value, from: "test") }
        let stream = RandomStream("allocations")
        let replay = ReplayBuffer(capacity: 1_000, stateSize: 11, actionSize: 3)
        let row = Matrix(vector: 11)
        for i in 0..<1_000 {
            stream.normals(step: i, into: row.pointer, count: 11)
            replay.append(
                observation: row.pointer, action: row.pointer + 4, reward: row[0], next: row.pointer,
                terminal: i % 50 == 0)
        }
        let learner = definition.make(
            hyperparameters, problem: Problem(states: 11, actions: 3, horizon: 2_000, stream: stream, team: Solo()))
        let batch = Batch(size: hyperparameters.batchSize, stateSize: 11, actionSize: 3)
        func run(_ steps: Range<Int>) {
            for step in steps {
                replay.draw(step: step, stream: stream, into: batch)
                learner.update(batch)
            }
        }
        run(0..<10)
        let steps = definition == .cql ? 20 : changes.isEmpty ? 1_000 : 100
        let before = count()
        run(10..<10 + steps)
        return count() - before
    }
}

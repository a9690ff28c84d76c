import Datasets
import Numerics
import Testing

@Suite struct BatchTests {
    /// n transitions whose every number encodes its row and column.
    private func numbered(_ n: Int, stateSize: Int, actionSize: Int) -> Transitions {
        let t = Transitions(count: n, stateSize: stateSize, actionSize: actionSize, origin: "numbered")
        for i in 0..<n {
            for j in 0..<stateSize {
                t.rows.observations[i * stateSize + j] = Real(100 * i + j)
                t.rows.nextObservations[i * stateSize + j] = Real(100 * i + j) + 0.5
            }
            for j in 0..<actionSize { t.rows.actions[i * actionSize + j] = -Real(100 * i + j) }
            t.rows.rewards[i] = Real(i)
            t.rows.terminals[i] = i % 3 == 0 ? 1 : 0
        }
        return t
    }

    /// Whether each row b of `batch` is row `indices[b]` of a numbered table.
    private func holds(_ batch: Batch) -> Bool {
        (0..<batch.size).allSatisfy { b in
            let i = Int(batch.indices[b])
            let s = batch.states.columns
            return (0..<s).allSatisfy {
                batch.states.row(b)[$0] == Real(100 * i + $0) && batch.stateActions.row(b)[$0] == Real(100 * i + $0)
                    && batch.nextStates.row(b)[$0] == Real(100 * i + $0) + 0.5
            }
                && (0..<batch.actions.columns).allSatisfy {
                    batch.actions.row(b)[$0] == -Real(100 * i + $0)
                        && batch.stateActions.row(b)[s + $0] == -Real(100 * i + $0)
                }
                && batch.rewards[b] == Real(i) && batch.continuations[b] == (i % 3 == 0 ? 0 : 1)
        }
    }

    @Test func rowsAreGathered() {
        let sampler = BatchSampler(
            numbered(50, stateSize: 3, actionSize: 2), stream: RandomStream("minibatch"), batchSize: 256)
        let batch = sampler.makeBatch()
        #expect(batch.stateActions.rows == 256 && batch.stateActions.columns == 5)
        #expect(!batch.states.isContiguous && batch.states.stride == 5)
        for step in 0..<5 {
            sampler.draw(step: step, into: batch)
            #expect(holds(batch))
        }
        #expect(Set((0..<256).map { batch.indices[$0] }).isSubset(of: Set(0..<50)))
    }

    @Test func aDrawDependsOnStreamAndStepAlone() {
        let t = numbered(1000, stateSize: 3, actionSize: 2)
        func drawn(_ name: String, _ step: Int, after others: [Int] = []) -> [Real] {
            let sampler = BatchSampler(t, stream: RandomStream(name), batchSize: 64)
            let batch = sampler.makeBatch()
            for other in others { sampler.draw(step: other, into: batch) }
            sampler.draw(step: step, into: batch)
            return batch.stateActions.elements
        }
        #expect(drawn("a", 7) == drawn("a", 7, after: [0, 99, 3]))
        #expect(drawn("a", 7) != drawn("a", 8))
        #expect(drawn("a", 7) != drawn("b", 7))
    }

    @Test func drawsAreUniform() {
        let sampler = BatchSampler(
            numbered(10, stateSize: 1, actionSize: 1), stream: RandomStream("uniform"), batchSize: 256)
        let batch = sampler.makeBatch()
        var counts = [Int](repeating: 0, count: 10)
        for step in 0..<400 {
            sampler.draw(step: step, into: batch)
            for b in 0..<256 { counts[Int(batch.indices[b])] += 1 }
        }
        let expected = 10_240.0
        let chiSquare = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        #expect(chiSquare < 27.9)  // 9 degrees of freedom, p = 0.001; the stream is fixed, so the outcome is too
    }

    @Test func aReplayBufferGrowsThenReplaces() {
        let source = numbered(7, stateSize: 3, actionSize: 2)
        let buffer = ReplayBuffer(capacity: 4, stateSize: 3, actionSize: 2)
        let batch = Batch(size: 64, stateSize: 3, actionSize: 2)
        func seen() -> Set<Real> {
            buffer.draw(step: buffer.count, stream: RandomStream("replay"), into: batch)
            return Set(batch.rewards.elements)
        }
        for i in 0..<7 {
            buffer.append(
                observation: source.observations.row(i), action: source.actions.row(i),
                reward: source.rewards.pointer[i], next: source.nextObservations.row(i),
                terminal: source.terminals.pointer[i] == 1)
            #expect(buffer.count == min(i + 1, 4))
            #expect(seen() == Set((max(0, i - 3)...i).map { Real($0) }))
        }
        for b in 0..<64 {
            let i = Int(batch.rewards[b])
            #expect(batch.states.row(b)[2] == Real(100 * i + 2) && batch.actions.row(b)[1] == -Real(100 * i + 1))
            #expect(batch.nextStates.row(b)[0] == Real(100 * i) + 0.5)
            #expect(batch.continuations[b] == (i % 3 == 0 ? 0 : 1))
        }
    }

    @Test func bufferAndTableDrawTheSameRows() {
        let source = numbered(20, stateSize: 2, actionSize: 1)
        let buffer = ReplayBuffer(capacity: 20, stateSize: 2, actionSize: 1)
        for i in 0..<20 {
            buffer.append(
                observation: source.observations.row(i), action: source.actions.row(i),
                reward: source.rewards.pointer[i], next: source.nextObservations.row(i),
                terminal: source.terminals.pointer[i] == 1)
        }
        let sampler = BatchSampler(source, stream: RandomStream("same"), batchSize: 32)
        let (a, b) = (sampler.makeBatch(), sampler.makeBatch())
        sampler.draw(step: 3, into: a)
        buffer.draw(step: 3, stream: sampler.stream, into: b)
        #expect(a.stateActions.elements == b.stateActions.elements)
        #expect(a.nextStates.elements == b.nextStates.elements)
        #expect(a.continuations.elements == b.continuations.elements)
    }
}

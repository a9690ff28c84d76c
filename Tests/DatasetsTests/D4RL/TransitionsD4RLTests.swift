import Datasets
import Glibc
import Numerics
import ScratchFiles
import Testing

/// The elements of one of the owner's matrices in row-major order. The owner lives until they are copied.
func elements<Owner: AnyObject>(_ owner: Owner, _ matrix: KeyPath<Owner, MatrixView>) -> [Real] {
    withExtendedLifetime(owner) {
        let view = owner[keyPath: matrix]
        return (0..<view.rows).flatMap { i in (0..<view.columns).map { view.row(i)[$0] } }
    }
}

@Suite struct TransitionsD4RLTests {
    let folder = TemporaryFolder()

    private func transitions(_ sample: SampleFile, maximumSteps: Int = 1000) throws -> Transitions {
        try sample.write(to: folder("a.hdf5"))
        return try Transitions(D4RLFile(path: folder("a.hdf5")), maximumSteps: maximumSteps)
    }

    @Test func timeoutsAreDroppedTerminalsKept() throws {
        // Rows 0–3 and 5: row 4 is a time-out, row 6 has no successor. Row 2 is a terminal; its s' is the next
        // episode's first state.
        let t = try transitions(SampleFile())
        #expect(t.count == 5 && t.stateSize == 2 && t.actionSize == 1)
        #expect(elements(t, \.observations) == [0, 0.5, 1, 1.5, 2, 2.5, 10, 10.5, 20, 20.5])
        #expect(elements(t, \.nextObservations) == [1, 1.5, 2, 2.5, 10, 10.5, 11, 11.5, 21, 21.5])
        #expect(elements(t, \.actions) == [0.1, -0.2, 0.3, -0.4, -1].map { Real(Float($0)) })
        #expect(elements(t, \.rewards) == [1, 2, 3, 10, 100])
        #expect(elements(t, \.terminals) == [0, 0, 1, 0, 0])
    }

    @Test func storedNextObservationsAreNotUsed() throws {
        let other = SampleFile(nextObservations: [Float](repeating: 77, count: 14))
        let expected = try elements(transitions(SampleFile()), \.nextObservations)
        #expect(try elements(transitions(other), \.nextObservations) == expected)
    }

    @Test func aTimeoutThatIsAlsoATerminalIsDropped() throws {
        var sample = SampleFile()
        sample.terminals[4] = 1
        #expect(try elements(transitions(sample), \.rewards) == [1, 2, 3, 10, 100])
    }

    @Test func timeoutsInTheFirstAndLastRow() throws {
        #expect(
            try elements(transitions(SampleFile(timeouts: [1, 0, 0, 0, 0, 1, 1])), \.rewards) == [2, 3, 10, 20])
    }

    /// Indices of the rows that D4RL's loop keeps, transliterated with its step counter.
    private func reference(_ terminals: [UInt8], _ timeouts: [UInt8]?, _ maximumSteps: Int) -> [Int] {
        var kept: [Int] = []
        var step = 0
        for i in 0..<terminals.count - 1 {
            let final = timeouts.map { $0[i] == 1 } ?? (step == maximumSteps - 1)
            if final {
                step = 0
                continue
            }
            if terminals[i] == 1 { step = 0 }
            kept.append(i)
            step += 1
        }
        return kept
    }

    @Test func theStepCounterStandsInForTimeouts() throws {
        // Limit 3: row 2 is a time-out (steps 0, 1, 2), row 3 a terminal, after which the counter starts at 1: row 5
        // times out.
        let terminals: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 0, 0]
        #expect(qLearningRuns(terminals: terminals, timeouts: nil, maximumSteps: 3) == [0..<2, 3..<5, 6..<8])
        let sample = SampleFile(timeouts: nil)
        #expect(try elements(transitions(sample, maximumSteps: 4), \.rewards) == [1, 2, 3, 10, 20])
        #expect(try elements(transitions(sample, maximumSteps: 1000), \.rewards) == [1, 2, 3, 10, 20, 100])
    }

    @Test func randomEpisodesAgreeWithTheReference() {
        let stream = RandomStream("episodes")
        for trial in 0..<200 {
            let n = 2 + trial % 40
            let terminals = (0..<n).map { UInt8(stream.uniform(step: trial, index: $0) < 0.15 ? 1 : 0) }
            let timeouts = (0..<n).map { UInt8(stream.uniform(step: trial, index: 1000 + $0) < 0.15 ? 1 : 0) }
            for limit in 1...6 {
                #expect(
                    qLearningRuns(terminals: terminals, timeouts: nil, maximumSteps: limit).flatMap { Array($0) }
                        == reference(terminals, nil, limit))
            }
            #expect(
                qLearningRuns(terminals: terminals, timeouts: timeouts, maximumSteps: 1).flatMap { Array($0) }
                    == reference(terminals, timeouts, 1))
        }
    }

    @Test func aFileWithoutTransitionsIsRefused() throws {
        let none = #expect(throws: DatasetError.self) {
            try transitions(SampleFile(timeouts: [UInt8](repeating: 1, count: 7)))
        }
        #expect(none?.description.contains("expected a step that is followed by another of its episode") == true)
    }

    @Test func aTableInBorrowedMemory() throws {
        let own = try transitions(SampleFile())
        nonisolated(unsafe) let memory = allocateAligned(own.block.count)
        nonisolated(unsafe) var released = 0
        var shared: Transitions? = Transitions(
            count: own.count, stateSize: 2, actionSize: 1, origin: own.origin, block: memory
        ) { released += 1 }
        memory.update(from: own.block.baseAddress!, count: own.block.count)
        #expect(shared.map { elements($0, \.nextObservations) } == elements(own, \.nextObservations))
        #expect(shared.map { elements($0, \.terminals) } == elements(own, \.terminals))
        shared = nil
        #expect(released == 1)
        free(memory)
    }
}

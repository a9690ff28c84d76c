import Harness
import Testing

@Suite struct ProgressTests {
    private func record(_ done: Int32, _ step: Int32, _ rate: Float, finished: Bool = false) -> ProgressRecord {
        var record = ProgressRecord()
        (record.casesDone, record.step, record.stepsPerSecond, record.isFinished) = (done, step, rate, finished ? 1 : 0)
        return record
    }

    @Test func recordsComeBack() {
        for one in [ProgressRecord(), record(3, 1 << 30, 123.5), record(.max, -1, .infinity, finished: true)] {
            #expect(one.bytes.count == ProgressRecord.size)
            #expect(ProgressRecord(one.bytes) == one)
        }
        #expect(record(1, 0x0203, 0).bytes.prefix(8) == [1, 0, 0, 0, 3, 2, 0, 0], "little-endian on every machine")
        #expect(ProgressRecord([]) == nil)
        #expect(ProgressRecord([UInt8](repeating: 0, count: 17)) == nil)
    }

    @Test func theSummaryCountsAllRanks() throws {
        let cases = try SmallRun.plan("{IQL: {}, SQL: {}}", seeds: "[0, 1]").cases
        let board = ProgressBoard(cases: cases, shares: [[1], [2, 3]], costs: [9, 4, 2, 2], finishedBefore: 1)
        #expect(board.summary == "[0s] cases 1/4, 0 %, 0 steps/s")
        board.update(rank: 0, record(0, 30, 100))
        board.update(rank: 1, record(1, 15, 50))
        // Half of 4, and 2 and a quarter of 2, of 8.
        #expect(board.summary.hasPrefix("[0s] cases 2/4, 56 %, 150 steps/s, about "))
        #expect(!board.isEveryRankFinished)
        board.update(rank: 0, record(1, 0, 0, finished: true))
        board.update(rank: 1, record(2, 0, 0, finished: true))
        #expect(board.isEveryRankFinished)
        #expect(board.summary == "[0s] cases 4/4, 100 %, 0 steps/s")
    }

    @Test(arguments: [(0.4, "0s"), (59.4, "59s"), (59.6, "1m00s"), (190, "3m10s"), (3599.6, "1h00m"), (7530, "2h05m")])
    func durations(seconds: Double, text: String) {
        #expect(duration(seconds) == text)
    }
}

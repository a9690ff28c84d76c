import Foundation
import ManualClock
import Report
import Runs
import Studies
import Testing

@Suite struct ProgressTests {
    private func record(
        done: Int32, _ caseIndex: Int32, _ step: Int32, _ rate: Float, work: Float = 0, finished: Bool = false
    ) -> ProgressRecord {
        var record = ProgressRecord()
        (record.casesDone, record.caseIndex, record.step, record.stepsPerSecond) = (done, caseIndex, step, rate)
        (record.workDone, record.isFinished) = (work, finished ? 1 : 0)
        return record
    }

    @Test func recordsComeBack() {
        var stopping = record(done: 1, 2, 3, 4)
        stopping.stopSignal = SIGUSR1
        for one in [
            ProgressRecord(), record(done: 3, 7, 1 << 30, 123.5, work: 0.25), stopping,
            record(done: .max, -1, -1, .infinity, finished: true),
        ] {
            #expect(one.bytes.count == ProgressRecord.size)
            #expect(ProgressRecord(one.bytes) == one)
        }
        #expect(
            record(done: 1, 0, 0x0203, 0).bytes.prefix(12) == [1, 0, 0, 0, 0, 0, 0, 0, 3, 2, 0, 0],
            "little-endian on every machine")
        #expect(ProgressRecord([]) == nil)
        #expect(ProgressRecord([UInt8](repeating: 0, count: ProgressRecord.size + 1)) == nil)
    }

    @Test func theSummaryCountsAllRanks() throws {
        let cases = try SmallRun.plan("{IQL: {}, SQL: {}}", seeds: "[0, 1]").cases
        let time = ManualClock()
        let display = ProgressDisplay(
            cases: cases, seconds: [9, 4, 2, 2], open: [1: 0, 2: 0, 3: 0], ranks: 3, clock: time.clock)
        #expect(display.summary == "[0s] cases 1/4, 0 %", "no rate yet")
        time.advance(by: 90)
        display.update(rank: 0, record(done: 0, 1, 30, 100))
        display.update(rank: 1, record(done: 1, 3, 15, 50, work: 2))
        display.update(rank: 2, record(done: 0, -1, 15, 0))  // A member of rank 1's team.
        // Half of 4 cases, and 2 and a quarter of 2 cases, of 8.
        #expect(display.summary == "[1m30s] cases 2/4, 56 %, 150 steps/s, about 1m10s left", "90 s are 9/16 of all")
        #expect(!display.isEveryRankFinished && !display.isAnyRankStopping)
        for rank in 0..<3 {
            display.update(rank: rank, record(done: Int32(rank), -1, 0, 0, work: [4, 2, 2][rank], finished: true))
        }
        #expect(display.isEveryRankFinished)
        #expect(display.summary == "[1m30s] cases 4/4, 100 %")
    }

    /// Steps made before this run count neither as its work nor in its rate.
    @Test func stepsMadeBeforeDoNotCount() throws {
        let cases = try SmallRun.plan("{IQL: {}, SQL: {}}", seeds: "[0]").cases
        let time = ManualClock()
        let display = ProgressDisplay(cases: cases, seconds: [4, 4], open: [0: 40, 1: 0], ranks: 2, clock: time.clock)
        time.advance(by: 30)
        display.update(rank: 0, record(done: 0, 0, 50, 1))
        #expect(
            display.summary == "[30s] cases 0/2, 25 %, 1.0 steps/s, about 1m30s left",
            "10 of the 20 steps that were left"
        )
    }

    @Test func aWorkingRankMustReport() throws {
        let cases = try SmallRun.plan("{IQL: {}, SQL: {}}", seeds: "[0]").cases
        let time = ManualClock()
        let display = ProgressDisplay(
            cases: cases, seconds: [4, 4], open: [0: 0, 1: 0], ranks: 3, silenceLimit: 60, clock: time.clock)
        time.advance(by: 1000)
        #expect(display.silentRank == nil, "it may still be loading")
        display.update(rank: 2, record(done: 0, 1, 5, 1))
        time.advance(by: 70)
        #expect(display.silentRank == nil, "the rank's own watchdog has ten seconds to act first")
        time.advance(by: 0.1)
        #expect(display.silentRank == 2)
        display.update(rank: 2, record(done: 0, 1, 6, 1))
        #expect(display.silentRank == nil, "the rank has reported")
        time.advance(by: 71)
        #expect(display.silentRank == 2)
        display.update(rank: 2, record(done: 1, -1, 5, 1, finished: true))
        #expect(display.silentRank == nil)
    }

    @Test(arguments: [
        (0.0, nil), (.nan, nil), (-1, nil), (0.0167, "0.02"), (0.1, "0.1"), (1, "1.0"), (81.34, "81.3"), (100, "100"),
        (324.4, "324"),
    ])
    func rates(perSecond: Double, text: String?) {
        #expect(stepRate(perSecond) == text.map { "\($0) steps/s" })
    }

    @Test(arguments: [(0.4, "0s"), (59.4, "59s"), (59.6, "1m00s"), (190, "3m10s"), (3599.6, "1h00m"), (7530, "2h05m")])
    func durations(seconds: Double, text: String) {
        #expect(duration(seconds) == text)
    }
}

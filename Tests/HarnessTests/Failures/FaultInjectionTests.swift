import Failures
import Foundation
import Testing

@Suite struct FaultInjectionTests {
    @Test func readsItsVariable() throws {
        let all = try FaultInjection("rank=2,case-step=40,kind=throw,place=in")
        #expect(all.rank == 2 && all.step == 40 && all.kind == .throwing && all.place == .inside)
        #expect(all.applies(toRank: 2) && !all.applies(toRank: 0))
        let calls = try FaultInjection("kill-at-file-call=7")
        #expect(calls.fileCall == 7 && calls.checkpointByte == nil && calls.applies(toRank: 5))
        #expect(try FaultInjection("kill-at-checkpoint-byte=0").checkpointByte == 0)
        #expect(try FaultInjection("sleep=20") == FaultInjection("kind=sleep,sleep=20"))
    }

    @Test(arguments: [
        ("kill=3", "unknown key 'kill', expected one of case-step, "), ("", "expected key=value pairs"),
        ("rank=0,", "expected key=value pairs"), ("rank", "found 'rank'"),
        ("rank=-1", "rank=-1: expected a whole number from 0 on"), ("kill-at-file-call=0", "from 1 on"),
        ("kill-at-file-call=1e3", "expected a whole number"), ("case-step=4,kind=stop", "expected one of throw, trap,"),
        ("case-step=4", "need each other"), ("kind=trap", "need each other"), ("kind=sleep", "needs sleep="),
        ("case-step=4,kind=trap,place=under", "expected one of before, in, after"),
    ])
    func refusesTheRest(_ text: String, _ words: String) {
        let error = #expect(throws: HarnessError.self) { try FaultInjection(text) }
        #expect(error?.exitStatus == .usage)
        let sentence = error.map { "\($0)" } ?? ""
        #expect(sentence.hasPrefix("ACTIVE_BENCH_FAULT: ") && sentence.contains(words), "\(sentence)")
    }

    @Test func strikesOnlyAtItsStepRankAndPlace() throws {
        let fault = try FaultInjection("case-step=3,kind=throw,rank=1")
        for step in 1...5 where step != 3 { try fault.act(at: step, rank: 1, place: nil) }
        try fault.act(at: 3, rank: 0, place: nil)
        try fault.act(at: 3, rank: 1, place: .before)
        let error = #expect(throws: InjectedFault.self) { try fault.act(at: 3, rank: 1, place: nil) }
        #expect(error.map { "\($0)" } == "injected fault at step 3 on rank 1")
        let inside = try FaultInjection("case-step=3,kind=throw,place=in")
        try inside.act(at: 3, rank: 1, place: nil)
        #expect(throws: InjectedFault.self) { try inside.act(at: 3, rank: 1, place: .inside) }
        try FaultInjection.atStep(3, rank: 1)  // No fault is requested in this process.
        try FaultInjection.validate()
        #expect(FaultInjection.current == nil)
    }

    @Test func sleepsAtEveryStep() throws {
        let fault = try FaultInjection("sleep=20,case-step=2")
        var slept: [UInt32] = []
        for step in 1...4 { try fault.act(at: step, rank: 0, place: nil, sleep: { slept.append($0) }) }
        #expect(slept == [20_000, 20_000, 20_000], "microseconds, from the second step on")
    }

    @Test func endsTheProcess() async {
        await #expect(processExitsWith: .exitCode(0)) {
            try FaultInjection("case-step=1,kind=exit").act(at: 1, rank: 0, place: nil)
            abort()
        }
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            signal(SIGSEGV, SIG_DFL)  // Avoids the long report of Swift's own handler.
            try FaultInjection("case-step=1,kind=segv").act(at: 1, rank: 0, place: nil)
        }
        await #expect(processExitsWith: .failure) {
            signal(SIGILL, SIG_DFL)
            signal(SIGTRAP, SIG_DFL)
            try FaultInjection("case-step=1,kind=trap").act(at: 1, rank: 0, place: nil)
        }
    }
}

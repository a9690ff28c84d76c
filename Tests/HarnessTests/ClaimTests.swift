import Foundation
import Harness
import ProgramRuns
import ScratchFiles
import Synchronization
import Testing

@Suite struct ClaimTests {
    private let scratch = TemporaryFolder()
    private var folder: String { scratch("case") }
    private var heartbeats: String { scratch("ranks") }
    private var own: ClaimHolder { .ofThisProcess(rank: 3, heartbeat: "now-rank-0003.json") }

    /// The number of a process that has ended.
    static func deadProcess() throws -> pid_t {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/true")
        try process.run()
        process.waitUntilExit()
        return process.processIdentifier
    }

    /// This process's number as another one had it before.
    private var predecessor: ClaimHolder {
        var holder = own
        holder.processStart -= 1
        return holder
    }

    private var stranger: ClaimHolder {
        var holder = own
        holder.host = "node-7"
        holder.job = "42"
        holder.heartbeat = "then-rank-0003.json"
        return holder
    }

    private func take(_ holder: ClaimHolder, _ folder: String? = nil) throws -> ClaimOutcome {
        try Claim.take(folder: folder ?? self.folder, holder: holder, heartbeats: heartbeats)
    }

    private func taken(_ holder: ClaimHolder) throws -> (claim: Claim, notice: String?) {
        guard case .taken(let claim, let notice) = try take(holder) else {
            throw HarnessError.badInput("in use")
        }
        return (claim, notice)
    }

    private func user(_ outcome: ClaimOutcome) -> String? {
        if case .inUse(let by) = outcome { by } else { nil }
    }

    @Test func aLiveProcessKeepsIt() throws {
        let (claim, notice) = try taken(own)
        #expect(notice == nil && claim.isStillOurs())
        #expect(files(below: scratch.path) == ["case/claim-0"])
        setAge(of: "\(folder)/claim-0", to: 1e6)  // However long ago: it is there.
        #expect(user(try take(own)) == "pid \(getpid()) on \(ThisProcess.host) (rank 3)")
        var parent = own
        parent.pid = getppid()
        parent.processStart = try startTime(of: getppid())
        claim.remove()
        #expect(files(below: scratch.path).isEmpty)
        _ = try taken(parent)
        #expect(user(try take(own))?.hasPrefix("pid \(getppid()) on ") == true)
    }

    /// As /proc has it, read in another way than the program does.
    private func startTime(of pid: pid_t) throws -> UInt64 {
        let run = try ChildProcess.run("/bin/sh", ["-c", "sed 's/.*) //' /proc/\(pid)/stat | cut -d' ' -f20"])
        return try #require(UInt64(run.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    @Test func knowsWhenItWasStarted() throws { #expect(try ThisProcess.start == startTime(of: getpid())) }

    @Test func thatOfADeadProcessIsTakenAtOnce() throws {
        var dead = own
        dead.pid = try ClaimTests.deadProcess()
        var before = own
        before.boot = "another"
        for (holder, number) in [(dead, 1), (predecessor, 2), (before, 3)] {
            let last = scratch("case/claim-\(number - 1)")
            if number == 1 {
                _ = try taken(holder)
            } else {
                put(
                    Data(
                        text(of: last).replacing("\"pid\":\(getpid())", with: "\"pid\":\(holder.pid)")
                            .replacing(
                                "\"processStart\":\(own.processStart)", with: "\"processStart\":\(holder.processStart)"
                            )
                            .replacing(own.boot, with: holder.boot).utf8), at: last)
            }
            let (claim, notice) = try taken(own)
            #expect(
                notice
                    == "\(folder): was in use by pid \(holder.pid) on \(holder.host) (rank 3), which is gone: taken over"
            )
            #expect(claim.isStillOurs() && scratch.files.contains("case/claim-\(number)"))
        }
    }

    @Test func aZombieIsDead() throws {
        var zombie = own
        var pid: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
        defer { free(arguments[0]) }
        try #require(posix_spawn(&pid, "/bin/true", nil, nil, &arguments, nil) == 0)
        usleep(100_000)
        zombie.pid = pid
        _ = try taken(zombie)
        #expect(try taken(own).notice != nil)
        waitpid(pid, nil, 0)
    }

    @Test func anotherMachineIsWaitedFor() throws {
        _ = try taken(stranger)
        let (claim, beat) = (scratch("case/claim-0"), scratch("ranks/then-rank-0003.json"))
        #expect(user(try take(own)) == "pid \(getpid()) on node-7 (rank 3, job 42)", "just claimed")
        setAge(of: claim, to: 1000)
        try DurableFile.makeFolder(heartbeats)
        put([1], at: beat)
        #expect(user(try take(own)) != nil, "it lives")
        setAge(of: beat, to: 250)
        #expect(user(try take(own)) != nil, "it was alive a while ago")
        setAge(of: beat, to: 350)
        let notice = try taken(own).notice ?? ""
        #expect(
            notice.hasPrefix("\(folder): was in use by pid \(getpid()) on node-7 (rank 3, job 42), not heard of for 35")
                && notice.hasSuffix(" s: taken over"), "\(notice)")
    }

    @Test func withoutAHeartbeatTheClaimsAgeCounts() throws {
        let old = try taken(stranger).claim
        #expect(old.isStillOurs())
        setAge(of: scratch("case/claim-0"), to: 350)
        #expect(try taken(own).notice != nil)
        #expect(!old.isStillOurs())
        try old.release()
        old.remove()
        #expect(scratch.files == ["case/claim-0", "case/claim-1"], "who has lost it changes nothing")
        #expect(user(try take(own)) != nil)
    }

    /// A file of no claim: a machine failed while it was written, or another program wrote it.
    @Test(arguments: ["", "{\"holder\":", "[]"]) func aDamagedClaimIsWaitedFor(_ contents: String) throws {
        try DurableFile.makeFolder(folder)
        put(contents.utf8, at: scratch("case/claim-4"))
        #expect(user(try take(own)) == "a process unknown")
        setAge(of: scratch("case/claim-4"), to: 350)
        #expect(try taken(own).claim.isStillOurs())
        #expect(scratch.files == ["case/claim-4", "case/claim-5"])
    }

    @Test func aReleasedOneIsFree() throws {
        let first = try taken(own).claim
        try first.release()
        #expect(!first.isStillOurs())
        let second = try taken(own)
        #expect(second.notice == nil && second.claim.isStillOurs() && !first.isStillOurs())
        second.claim.remove()
        #expect(scratch.files.isEmpty)
    }

    @Test func withoutHardLinks() throws {
        let outcome = try FaultyFileCalls(.error(EPERM), at: 1, of: .link).run { try take(own) }
        guard case .taken(let claim, nil) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(claim.isStillOurs() && scratch.files == ["case/claim-0"])
        #expect(user(try take(own)) != nil)
    }

    @Test func everyErrorIsTold() throws {
        let counting = FaultyFileCalls(nil)
        _ = try counting.run { try take(own, scratch("other")) }
        for index in 1...counting.count {
            let place = scratch("case-\(index)")
            do {
                _ = try FaultyFileCalls(.error(ENOSPC), at: index).run { try take(own, place) }
                #expect(files(below: place).contains("claim-0"), "call \(index)")
            } catch let error as HarnessError {
                #expect(error.status == .io && !files(below: place).contains("claim-0"), "call \(index): \(error)")
            }
        }
    }

    /// Two hundred stale claims, each wanted by four at once.
    @Test func onlyOneTakesOver() throws {
        let stale = predecessor
        for round in 0..<200 {
            let place = scratch("race-\(round)")
            _ = try take(stale, place)
            let winners = Mutex(0)
            let losers = Mutex(0)
            DispatchQueue.concurrentPerform(iterations: 4) { _ in
                switch try? take(own, place) {
                case .taken?: winners.withLock { $0 += 1 }
                case .inUse?: losers.withLock { $0 += 1 }
                case nil: break
                }
            }
            #expect(winners.withLock { $0 } == 1 && losers.withLock { $0 } == 3, "round \(round)")
            #expect(files(below: place) == ["claim-0", "claim-1"])
        }
    }
}

/// Makes a file look as if it had been written so many seconds ago.
func setAge(of path: String, to seconds: Double) {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    now.tv_sec -= Int(seconds)
    let times = [now, now]
    precondition(utimensat(AT_FDCWD, path, times, 0) == 0, "\(path)")
}

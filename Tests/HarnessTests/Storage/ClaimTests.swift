import Failures
import Foundation
import Processes
import ScratchFiles
import Storage
import Synchronization
import Testing

@Suite struct ClaimTests {
    private let scratch = TemporaryFolder()
    private var folder: String { scratch("case") }
    private var heartbeats: String { scratch("ranks") }
    private var own: ClaimHolder { .ofThisProcess(rank: 3, heartbeat: "now-rank-0003.json") }

    /// The process number of a process that has ended.
    static func deadProcess() throws -> pid_t {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/true")
        try process.run()
        process.waitUntilExit()
        return process.processIdentifier
    }

    /// An earlier process on this kernel that had this process's number.
    private var predecessor: ClaimHolder {
        var holder = own
        holder.identity = IdentityTests.other(start: CurrentProcess.identity.start - 1)
        return holder
    }

    private var stranger: ClaimHolder {
        var holder = own
        holder.identity = IdentityTests.other(kernel: nil)
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
        #expect(notice == nil && claim.isStillHeld())
        #expect(files(below: scratch.path) == ["case/claim-0"])
        setAge(of: "\(folder)/claim-0", to: 1e6)  // A living process keeps its claim, whatever its age.
        #expect(user(try take(own)) == "pid \(getpid()) on \(CurrentProcess.host) (rank 3)")
        claim.remove()
        #expect(files(below: scratch.path).isEmpty)
    }

    @Test func aClaimOfADeadProcessIsTakenAtOnce() throws {
        var dead = own
        dead.pid = try ClaimTests.deadProcess()
        dead.identity = IdentityTests.other(pid: dead.pid)
        for (number, holder) in [dead, predecessor].enumerated() {
            let identity = try #require(holder.identity)
            let place = scratch("case-\(number)")
            let marker = IdentityTests.Marker(identity)
            _ = try take(holder, place)
            guard case .taken(let claim, let notice) = try take(own, place) else {
                Issue.record("in use")
                continue
            }
            #expect(
                notice
                    == "\(place): was in use by pid \(holder.pid) on \(holder.host) (rank 3), which is gone: taken over"
            )
            #expect(claim.isStillHeld() && scratch.files.contains("case-\(number)/claim-1"))
            withExtendedLifetime(marker) {}
        }
    }

    /// The number is free here, but nothing shows that the process ever ran
    /// on this kernel: it may live on a clone of this machine.
    @Test func aClaimOfACloneIsWaitedFor() throws {
        var clone = own
        clone.identity = IdentityTests.other(pid: try ClaimTests.deadProcess())
        clone.heartbeat = "clone-rank-0000.json"
        _ = try taken(clone)
        setAge(of: scratch("case/claim-0"), to: 1000)
        try DurableFile.makeFolder(heartbeats)
        put([1], at: scratch("ranks/clone-rank-0000.json"))
        #expect(user(try take(own)) != nil, "its heartbeat is recent")
        setAge(of: scratch("ranks/clone-rank-0000.json"), to: 350)
        #expect(try taken(own).notice?.contains("silent for 35") == true)
    }

    // MARK: Batch jobs

    private func job(_ count: Int, name: String = "slurm alps 12") -> ClaimHolder {
        var holder = stranger
        holder.batchJob = BatchJob(name: name, starts: [count])
        return holder
    }

    @Test func aClaimOfTheJobBeforeItsRequeueIsTakenAtOnce() throws {
        _ = try taken(job(0))
        #expect(user(try take(job(0))) != nil, "another step of the same start")
        #expect(user(try take(job(1, name: "slurm alps 13"))) != nil, "another job")
        #expect(user(try take(job(1, name: "slurm jura 12"))) != nil, "another cluster")
        #expect(user(try take(own)) != nil, "no job")
        let (claim, notice) = try taken(job(1))
        #expect(notice?.hasSuffix(", which ended before this job was started again: taken over") == true)
        #expect(try claim.isStillHeld() && user(take(job(0))) != nil, "a later start keeps its claim")
    }

    /// Two runs in one allocation, one of which has Slurm's restart count of another start: both are alive.
    @Test func aClaimOfALivingProcessIsKeptWhateverItsJob() throws {
        var living = own
        living.batchJob = BatchJob(name: "slurm alps 12", starts: [0])
        var later = living
        later.batchJob = BatchJob(name: "slurm alps 12", starts: [1])
        _ = try taken(living)
        let unfinished = "\(folder)/curve.csv.tmp-\(CurrentProcess.identity)"
        put([1], at: unfinished)
        #expect(user(try take(later)) == living.name)
        #expect(files(below: folder).contains { "\(folder)/\($0)" == unfinished })
    }

    // MARK: Claims of commit 3485ba6

    /// The claim's process number belonged to a process that is gone;
    /// commit 3485ba6 would have taken the claim at once.
    @Test func anOldClaimCountsByItsHeartbeat() throws {
        try DurableFile.makeFolder(folder)
        try DurableFile.makeFolder(heartbeats)
        let dead = try ClaimTests.deadProcess()
        let old = """
            {"holder":{"boot":"\(CurrentProcess.boot ?? "")","heartbeat":"old-rank-0000.json","host":"\(CurrentProcess.host)",\
            "job":"42","pid":\(dead),"processNumbers":"pid:[4026531836]","processStart":5,"rank":0},"isReleased":false,\
            "token":"3C2D3B4A-0000-4000-8000-000000000000"}

            """
        put(old.utf8, at: scratch("case/claim-0"))
        setAge(of: scratch("case/claim-0"), to: 1000)
        put([1], at: scratch("ranks/old-rank-0000.json"))
        #expect(user(try take(own)) == "pid \(dead) on \(CurrentProcess.host) (rank 0, job 42)")
        setAge(of: scratch("ranks/old-rank-0000.json"), to: 350)
        #expect(try taken(own).notice != nil)
        #expect(text(of: scratch("case/claim-1")).contains("\"processStart\":"), "3485ba6 can read our claims")
        put(old.replacing("\"isReleased\":false", with: "\"isReleased\":true").utf8, at: scratch("case/claim-2"))
        #expect(try taken(own).notice == nil, "a released claim is free")
    }

    /// A claim that a finished case may still have: that of the process that finished it, or of a living process that
    /// has just been given more steps for it.
    enum Kept: CaseIterable {
        case nothing, ofTheGone, ofTheSilent, released, damaged, damagedInARow
        case ofTheLiving, ofAMovingHeartbeat, ofAYoungOne, damagedJustNow

        var isHeld: Bool { [.ofTheLiving, .ofAMovingHeartbeat, .ofAYoungOne, .damagedJustNow].contains(self) }
    }

    private func keep(_ kept: Kept, gone: ClaimHolder) throws {
        let claim = scratch("case/claim-0")
        switch kept {
        case .nothing: break
        case .ofTheGone: _ = try taken(gone)
        case .ofTheLiving:
            _ = try taken(own)
            setAge(of: claim, to: 1e6)
        case .released: try taken(own).claim.release()
        case .ofTheSilent, .ofAMovingHeartbeat, .ofAYoungOne:
            _ = try taken(stranger)
            if kept == .ofAYoungOne { return }
            setAge(of: claim, to: 350)
            if kept == .ofTheSilent { return }
            try DurableFile.makeFolder(heartbeats)
            put([1], at: scratch("ranks/then-rank-0003.json"))
        case .damaged, .damagedJustNow, .damagedInARow:
            for name in kept == .damagedInARow ? ["claim-0", "claim-1", "claim-7"] : ["claim-0"] {
                put([1], at: scratch("case/\(name)"))
                if kept != .damagedJustNow { setAge(of: scratch("case/\(name)"), to: 350) }
            }
        }
    }

    @Test(arguments: Kept.allCases) func aFinishedCaseKeepsOnlyClaimsOfLivingProcesses(kept: Kept) throws {
        try DurableFile.makeFolder(folder)
        let others = ["claim--5", "claim-007", "claim-99999999999999", "claim-x", "result.json"]
        for name in others { put([1], at: scratch("case/\(name)")) }
        let gone = predecessor
        let marker = IdentityTests.Marker(try #require(gone.identity))
        try keep(kept, gone: gone)
        let isFree = try Claim.removeAll(ofFinished: folder, heartbeats: heartbeats) { Date().timeIntervalSince1970 }
        #expect(isFree == !kept.isHeld)
        let left = files(below: folder)
        #expect(left.sorted() == ((kept.isHeld ? ["claim-0"] : []) + others).sorted(), "\(left)")
        withExtendedLifetime(marker) {}
    }

    @Test func anotherMachineIsWaitedFor() throws {
        _ = try taken(stranger)
        let (claim, beat) = (scratch("case/claim-0"), scratch("ranks/then-rank-0003.json"))
        #expect(user(try take(own)) == "pid \(getpid()) on node-7 (rank 3, job 42)", "just claimed")
        setAge(of: claim, to: 1000)
        try DurableFile.makeFolder(heartbeats)
        put([1], at: beat)
        #expect(user(try take(own)) != nil, "its process is alive")
        setAge(of: beat, to: 250)
        #expect(user(try take(own)) != nil, "its process was alive a while ago")
        setAge(of: beat, to: 350)
        let notice = try taken(own).notice ?? ""
        #expect(
            notice.hasPrefix("\(folder): was in use by pid \(getpid()) on node-7 (rank 3, job 42), silent for 35")
                && notice.hasSuffix(" s: taken over"), "\(notice)")
    }

    /// Ages of the claim and of the heartbeat in seconds (nil: no heartbeat), and whether the claim holds: dates well
    /// ahead of the clock prove nothing.
    @Test(
        arguments: [
            (-86_400, nil, nil), (-86_400, -86_400, nil), (-86_400, 5, ""), (-100, nil, ""), (1000, -100, ""),
            (1000, -1e6, "silent for 1000 s"), (-1e9, 350, "silent for 350 s"),
        ] as [(Double, Double?, String?)])
    func datesAheadOfTheClock(claim: Double, beat: Double?, reason: String?) throws {
        _ = try taken(stranger)
        setAge(of: scratch("case/claim-0"), to: claim)
        if let beat {
            try DurableFile.makeFolder(heartbeats)
            put([1], at: scratch("ranks/then-rank-0003.json"))
            setAge(of: scratch("ranks/then-rank-0003.json"), to: beat)
        }
        guard reason != "" else {
            #expect(user(try take(own)) != nil)
            return
        }
        let notice = try taken(own).notice ?? ""
        #expect(notice.contains(reason ?? " s ahead of the clock: taken over"), "\(notice)")
    }

    @Test func withoutAHeartbeatTheClaimsAgeCounts() throws {
        let old = try taken(stranger).claim
        #expect(old.isStillHeld())
        setAge(of: scratch("case/claim-0"), to: 350)
        #expect(try taken(own).notice != nil)
        #expect(!old.isStillHeld())
        try old.release()
        old.remove()
        #expect(scratch.files == ["case/claim-0", "case/claim-1"], "a process that lost its claim changes nothing")
        #expect(user(try take(own)) != nil)
    }

    /// An invalid claim file: the machine failed while it was written, or another program wrote it.
    @Test(arguments: ["", "{\"holder\":", "[]"]) func aDamagedClaimIsWaitedFor(_ contents: String) throws {
        try DurableFile.makeFolder(folder)
        put(contents.utf8, at: scratch("case/claim-4"))
        #expect(user(try take(own)) == "an unknown process")
        setAge(of: scratch("case/claim-4"), to: 350)
        #expect(try taken(own).claim.isStillHeld())
        #expect(scratch.files == ["case/claim-4", "case/claim-5"])
    }

    @Test func aReleasedClaimIsFree() throws {
        let first = try taken(own).claim
        try first.release()
        #expect(!first.isStillHeld())
        let second = try taken(own)
        #expect(second.notice == nil && second.claim.isStillHeld() && !first.isStillHeld())
        second.claim.remove()
        #expect(scratch.files.isEmpty)
    }

    @Test func withoutHardLinks() throws {
        let outcome = try FaultyFileCalls(.error(EPERM), at: 1, of: .link).run { try take(own) }
        guard case .taken(let claim, nil) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(claim.isStillHeld() && scratch.files == ["case/claim-0"])
        #expect(user(try take(own)) != nil)
    }

    @Test func everyErrorIsReported() throws {
        let counting = FaultyFileCalls(nil)
        _ = try counting.run { try take(own, scratch("other")) }
        for index in 1...counting.count {
            let place = scratch("case-\(index)")
            do {
                _ = try FaultyFileCalls(.error(ENOSPC), at: index).run { try take(own, place) }
                #expect(files(below: place).contains("claim-0"), "call \(index)")
            } catch let error as HarnessError {
                #expect(error.exitStatus == .io && !files(below: place).contains("claim-0"), "call \(index): \(error)")
            }
        }
    }

    /// Four takers want each of two hundred stale claims at the same time.
    @Test func onlyOneTakesOver() throws {
        let stale = predecessor
        let marker = IdentityTests.Marker(try #require(stale.identity))
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
        withExtendedLifetime(marker) {}
    }
}

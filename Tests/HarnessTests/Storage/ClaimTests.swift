import Failures
import Foundation
import Processes
import ScratchFiles
import Storage
import Synchronization
import Testing

@Suite struct ClaimTests {
    let scratch = TemporaryFolder()
    var folder: String { scratch("case") }
    var heartbeats: String { scratch("ranks") }
    var own: ClaimHolder { .ofThisProcess(rank: 3, heartbeat: "now-rank-0003.json") }

    /// The process number of a process that has ended.
    static func deadProcess() throws -> pid_t {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/true")
        try process.run()
        process.waitUntilExit()
        return process.processIdentifier
    }

    /// An earlier process on this kernel that had this process's number.
    var predecessor: ClaimHolder {
        var holder = own
        holder.identity = IdentityTests.other(start: CurrentProcess.identity.start - 1)
        return holder
    }

    var stranger: ClaimHolder {
        var holder = own
        holder.identity = IdentityTests.other(kernel: nil)
        holder.host = "node-7"
        holder.job = "42"
        holder.heartbeat = "then-rank-0003.json"
        return holder
    }

    func take(_ holder: ClaimHolder, _ folder: String? = nil) throws -> ClaimOutcome {
        try Claim.take(folder: folder ?? self.folder, holder: holder, heartbeats: heartbeats)
    }

    func taken(_ holder: ClaimHolder) throws -> (claim: Claim, notice: String?) {
        guard case .taken(let claim, let notice) = try take(holder) else {
            throw HarnessError.badInput("in use")
        }
        return (claim, notice)
    }

    func user(_ outcome: ClaimOutcome) -> String? {
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

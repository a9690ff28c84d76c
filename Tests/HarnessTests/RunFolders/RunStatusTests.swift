import Failures
import Foundation
import ManualClock
import Processes
import RunFolders
import ScratchFiles
import Storage
import Studies
import Testing

/// The status of run folders that the tests write by hand.
@Suite struct RunStatusTests {
    let folder = TemporaryFolder()
    private let plan: StudyPlan
    let identifiers = (0..<6).map { "BC/hopper-random-r1/batch=32,hidden=16x16/seed-\($0)" }

    init() throws {
        let text = """
            name: small
            datasets: [hopper-random-r1]
            seeds: 0-5
            steps: 1000
            evaluate: {every: 500, episodes: 1}
            learners: {BC: {hidden: [16, 16], batch: 32}}
            """
        plan = StudyPlan(try StudyFile.parse(text, path: "small.yaml"))
        try #require(plan.cases.map(\.identifier) == identifiers)
        let manifest = RunManifest(
            plan, study: text, studyPath: "small.yaml", datasets: [:], provenance: SmallRun.provenance)
        put(try manifest.encoded(), at: folder("run.json"))
    }

    // MARK: Files that jobs leave

    func holder(_ rank: Int, host: String = CurrentProcess.host, pid: pid_t? = nil) -> ClaimHolder {
        var holder = ClaimHolder.ofThisProcess(rank: rank, heartbeat: beat(rank, host: host).fileName)
        holder.host = host
        holder.job = nil
        if host != CurrentProcess.host { holder.identity = IdentityTests.other(kernel: 7) }
        if let pid { (holder.pid, holder.identity) = (pid, IdentityTests.other(pid: pid)) }
        return holder
    }

    func beat(
        _ rank: Int, _ index: Int? = nil, host: String = CurrentProcess.host, step: Int = 0, rate: Double = 0,
        team: [Int]? = nil, phase: String = "training"
    ) -> Heartbeat {
        var beat = Heartbeat(
            token: host, rank: rank, ranks: 4, caseIdentifier: index.map { identifiers[$0] }, phase: phase, step: step,
            stepsPerSecond: rate, teamRanks: team ?? [rank])
        beat.host = host
        beat.job = nil
        if host != CurrentProcess.host { beat.identity = IdentityTests.other(kernel: 7) }
        return beat
    }

    func write(_ beat: Heartbeat, age: Double = 0) {
        HeartbeatFile(folder: folder.path, token: beat.token, rank: beat.rank).write(beat)
        setAge(of: folder("ranks/\(beat.fileName)"), to: age)
    }

    func place(_ index: Int) -> String { folder("cases/\(identifiers[index])") }

    @discardableResult
    func claim(_ index: Int, _ holder: ClaimHolder, age: Double = 0) throws -> Claim {
        let outcome = try Claim.take(folder: place(index), holder: holder, heartbeats: folder("ranks"))
        guard case .taken(let claim, _) = outcome else { throw HarnessError.badInput("in use") }
        setAge(of: "\(place(index))/claim-0", to: age)
        return claim
    }

    /// Writes a checkpoint's name only: `status` does not read its contents.
    private func checkpoint(_ index: Int, step: Int, age: Double = 0) throws {
        try DurableFile.makeFolder(place(index))
        let digits = String(step)
        let path = "\(place(index))/checkpoint-\(String(repeating: "0", count: 10 - digits.count))\(digits).bin"
        put([1], at: path)
        setAge(of: path, to: age)
    }

    func finish(_ index: Int) throws {
        try DurableFile.makeFolder(place(index))
        put(SmallRun.result(plan.cases[index], scores: [(1000, "1")]).utf8, at: "\(place(index))/result.json")
    }

    func status() throws -> RunStatus { try RunStatus(folder.path) }

    // MARK: States of cases

    @Test func aRunThatHasJustBegun() throws {
        let status = try status()
        #expect(status.cases.map(\.case) == identifiers && status.cases.allSatisfy { $0.state == .waiting })
        #expect(status.shareDone == 0 && status.secondsLeft == nil && status.silentRanks.isEmpty)
        #expect(
            status.text()
                == "\(folder.path): 6 cases: 0 done, 0 running, 6 waiting, 0 failed\nabout 0 % done\n")
    }

    @Test func everyStateAtOnce() throws {
        try finish(0)
        try claim(1, holder(0))
        write(beat(0, 1, step: 400, rate: 50))
        try checkpoint(1, step: 300, age: 75)
        let dead = holder(1, pid: try ClaimTests.deadProcess())
        let marker = IdentityTests.Marker(try #require(dead.identity))
        try claim(2, dead)
        write(beat(1, 2, step: 250, rate: 70))
        try checkpoint(2, step: 200)
        try claim(3, holder(2)).release()
        try checkpoint(3, step: 500)
        try DurableFile.makeFolder(place(4))
        put(
            #"{"place": "rank 3 of 4 on node7: case x, training at step 9", "message": "no space"}"#.utf8,
            at: "\(place(4))/failure.json")

        let before = folder.files
        let status = try status()
        #expect(folder.files == before, "status leaves no file behind")
        #expect(status.cases.map(\.state) == [.done, .running, .interrupted, .waiting, .failed, .waiting])
        #expect(status.cases.map(\.step) == [1000, 400, 250, 500, 0, 0])
        #expect(status.cases.map(\.checkpointStep) == [nil, 300, 200, 500, nil, nil])
        #expect(status.waiting == 3 && status.begun == 2 && status.count(.failed) == 1)
        let running = status.cases[1]
        #expect(running.ranks == [0] && running.hosts == [CurrentProcess.host] && running.phase == "training")
        #expect(running.stepsPerSecond == 50 && running.secondsLeft == 12)
        #expect((74..<100).contains(running.checkpointAge ?? 0))
        #expect(status.cases[4].failureMessage == "no space")
        // 1000 done, 400 made, 200 and 500 kept by checkpoints, of 6000.
        #expect(abs(status.shareDone - 2100 / 6000) < 1e-12)
        #expect(abs((status.secondsLeft ?? 0) - 3900 / 50) < 1e-9)

        let lines = status.text().split(separator: "\n").map { String($0) }
        #expect(lines[0] == "\(folder.path): 6 cases: 1 done, 1 running, 3 waiting (2 of them begun), 1 failed")
        #expect(lines[1] == "running:")
        #expect(
            lines[2].hasPrefix(
                "  \(identifiers[1]): rank 0 on \(CurrentProcess.host), training, step 400 of 1000, 50.0 steps/s, "
                    + "about 12s left, checkpoint of step 300 1m"), "\(lines[2])")
        #expect(lines[3] == "interrupted:")
        #expect(
            lines[4].hasPrefix("  \(identifiers[2]): interrupted at step 250 of 1000, resumes from step 200 (pid ")
                && lines[4].hasSuffix("(rank 1), which is gone)"), "\(lines[4])")
        #expect(lines[5] == "failed:" && lines[6] == "  rank 3 of 4 on node7: case x, training at step 9: no space")
        #expect(lines.last == "about 35 % done, about 1m18s left")
        #expect(lines.count == 8)
        withExtendedLifetime(marker) {}
        let long = status.text(isEveryCaseListed: true)
        #expect(identifiers.enumerated().allSatisfy { long.contains($1) || $0 == 4 })
    }

    @Test func allDone() throws {
        for index in identifiers.indices { try finish(index) }
        write(beat(0, 3, step: 7), age: 1e6)  // Left by a killed job, whose case another job finished.
        let status = try status()
        #expect(status.count(.done) == 6 && status.shareDone == 1 && status.secondsLeft == nil)
        #expect(status.silentRanks.isEmpty)
        #expect(status.text() == "\(folder.path): 6 cases: 6 done, 0 running, 0 waiting, 0 failed\n")
    }

    @Test func aClaimBeforeItsFirstHeartbeat() throws {
        try claim(0, holder(0))
        write(beat(0, 5, step: 999, rate: 9))  // Still about the previous case.
        let line = try status().cases[0]
        #expect(line.state == .running && line.step == 0 && line.phase == nil && line.stepsPerSecond == nil)
        #expect(try status().text().contains("rank 0 on \(CurrentProcess.host), claimed, step 0 of 1000\n"))
    }

    @Test func aTeamOnTwoNodes() throws {
        try claim(0, holder(0, host: "node-7"))
        write(beat(0, 0, host: "node-7", step: 10, team: [0, 1, 2]))
        for rank in 1...2 {
            var member = beat(rank, 0, host: "node-7", step: 10, team: [0, 1, 2])
            if rank == 2 { member.host = "node-8" }
            write(member)
        }
        let status = try status()
        #expect(status.cases[0].ranks == [0, 1, 2] && status.cases[0].hosts == ["node-7", "node-8"])
        #expect(status.text().contains(": ranks 0-2 on node-7, node-8, training, step 10 of 1000\n"))
        #expect(status.secondsLeft == nil && status.silentRanks.isEmpty)
    }

    @Test func anotherMachineIsAliveUntilSilentForLong() throws {
        try claim(0, holder(3, host: "node-7"), age: 1000)
        for (age, state) in [(20.0, RunStatus.State.running), (250, .running), (350, .interrupted)] {
            write(beat(3, 0, host: "node-7", step: 80, rate: 4), age: age)
            let status = try status()
            #expect(status.cases[0].state == state && status.cases[0].step == 80, "\(age)")
            #expect(status.silentRanks.count == (age > 30 ? 1 : 0), "\(age)")
            #expect(status.cases[0].stepsPerSecond == (state == .running ? 4 : nil))
        }
        #expect(try status().text().contains(", begins again (pid \(getpid()) on node-7 (rank 3), silent for 35"))
    }

    /// A rank that is killed after it wrote the result, and before it removed its claim, leaves the claim. A living
    /// holder may be about to make the case longer.
    @Test(arguments: [(350.0, false), (0, true)])
    func claimsOfGoneProcessesOnFinishedCasesAreRemoved(age: Double, isKept: Bool) throws {
        try claim(0, holder(0, host: "node-7"), age: age)
        try finish(0)
        #expect(try status().cases[0].state == .done)
        #expect(folder.files.contains { $0.hasSuffix("claim-0") } == isKept)
        #expect(folder.files.contains { $0.hasSuffix("result.json") })
    }

    /// A process of this kernel keeps its claim; whether others wait for it depends on its heartbeat.
    @Test(arguments: ["moves", "stands still", "is missing"])
    func othersWaitForALivingProcessOnlyWhileItAdvances(what: String) throws {
        for index in 1..<6 { try finish(index) }
        try claim(0, holder(0), age: 600)
        if what != "is missing" { write(beat(0, 0), age: 600) }
        let time = ManualClock()
        var others = try OtherJobs(folder.path, clock: time.clock)
        let verdict = try others.watch { line in
            #expect(line.contains(holder(0).name))
            if what == "moves" { write(beat(0, 0, step: 1)) }
        }
        let name = holder(0).name
        #expect(verdict == (what == "moves" ? .atWork([name]) : .standsStill(case: identifiers[0], holder: name)))
    }

    @Test func aClaimOfTheFutureIsFree() throws {
        for index in 1..<6 { try finish(index) }
        try claim(0, holder(0, host: "elsewhere"), age: -86_400)
        var others = try OtherJobs(folder.path)
        guard case .free(identifiers[0], let reason) = try others.watch(onMessage: { _ in }) else {
            Issue.record("it was waited for")
            return
        }
        #expect(reason.hasSuffix(" s ahead of the clock"), "\(reason)")
        #expect(try status().cases[0].state == .interrupted)
    }

    @Test func json() throws {
        try claim(1, holder(0))
        write(beat(0, 1, step: 400, rate: 50))
        let (line, pages) = (try status().json(isOneLine: true), try status().json())
        #expect(!line.contains("\n") && pages.contains("\n"))
        let json = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(json["total"] as? Int == 6 && json["running"] as? Int == 1 && json["done"] as? Int == 0)
        let cases = try #require(json["cases"] as? [[String: Any]])
        #expect(cases.count == 6 && cases[1]["step"] as? Int == 400 && cases[1]["state"] as? String == "running")
        let keys = ["begun", "cases", "done", "failed", "folder", "isStopRequested", "running"].map {
            "\n  \"\($0)\" : "
        }
        let places = keys.compactMap { pages.range(of: $0)?.lowerBound }
        #expect(places.count == keys.count && places == places.sorted())
    }
}

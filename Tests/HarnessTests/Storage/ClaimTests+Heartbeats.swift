import Foundation
import ScratchFiles
import Storage
import Testing

// Claims whose holders only heartbeats show to be alive.
extension ClaimTests {
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
}

import Foundation
import ScratchFiles
import Storage
import Testing

// Claims that are left on finished cases.
extension ClaimTests {
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
}

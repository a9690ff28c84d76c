import Cases
import Foundation
package import Planning
package import RunFolders
package import Storage
package import Studies

/// The open cases of a run as one team sees them: the next one to work on, and those that other processes hold.
///
/// Teams, and jobs that work on the same folder, coordinate only through the files by which they claim cases: there is
/// no scheduler, and no team waits for another.
package final class CaseQueue {
    /// What a team does next.
    package enum Turn: Equatable, BitwiseCopyable {
        case work(Int)
        /// No open case needs all ranks of the team, but some need fewer.
        case split(size: Int)
        case end
    }

    private let plan: StudyPlan
    private let works: [Schedule.Work]
    private let folder: RunFolder
    private let holder: ClaimHolder
    /// The open cases, most expensive first.
    private var open: [Int]
    private var claim: Claim?
    /// Messages about claims that were taken over.
    package private(set) var notices: [String] = []

    /// - Parameter first: the position in the order of the first attempt, so that teams that start together do not all
    ///   try to claim the same case.
    package init(
        _ plan: StudyPlan, open: [Int], _ works: [Schedule.Work], folder: RunFolder, holder: ClaimHolder, first: Int
    ) {
        self.plan = plan
        self.works = works
        self.folder = folder
        self.holder = holder
        let order = Schedule.order(open, works)
        let start = order.isEmpty ? 0 : first % order.count
        self.open = Array(order[start...] + order[..<start])
    }

    /// Claims a case for a team of `ranks`. Called by its leader.
    ///
    /// Every call tries all cases that are not done, because one held by another process before may be free now.
    /// - Throws: `HarnessError`.
    package func next(ranks: Int) throws -> Turn {
        notices = []
        var free: [Int] = []
        for index in open {
            guard works[index].usefulRanks >= ranks else {
                free.append(index)
                continue
            }
            if try take(plan.cases[index]) {
                // Continue with the most expensive remaining case.
                open = Schedule.order(open, works).filter { $0 != index }
                return .work(index)
            }
        }
        try open.removeAll { try isDone($0) }
        guard let size = try free.filter({ try !isDone($0) }).map({ works[$0].usefulRanks }).max() else { return .end }
        return .split(size: size)
    }

    /// Whether no other job has taken over the claimed case.
    package var isStillHeld: Bool { claim?.isStillHeld() ?? false }

    /// Drops the claimed case, which another job has taken over.
    package func forget() { claim = nil }

    /// Removes the claim of the case, which is done.
    package func finish() {
        claim?.remove()
        claim = nil
    }

    /// Releases the claimed case unfinished.
    package func releaseClaim() throws {
        try claim?.release()
        claim = nil
    }

    private func isDone(_ index: Int) throws -> Bool {
        try folder.hasResult(plan.cases[index].identifier, steps: plan.cases[index].steps)
    }

    /// Tries to claim the case for this team.
    private func take(_ studyCase: StudyCase) throws -> Bool {
        guard try !folder.isDone(studyCase) else { return false }
        let outcome = try Claim.take(
            folder: folder.folder(of: studyCase).path, holder: holder, heartbeats: Heartbeat.folder(in: folder.path))
        guard case .taken(let claim, let notice) = outcome else { return false }
        if try folder.isDone(studyCase) {  // It was finished between check and claim.
            claim.remove()
            return false
        }
        if let notice { notices.append(notice) }
        self.claim = claim
        return true
    }
}

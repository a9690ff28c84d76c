import Cases
import Foundation
package import Planning
package import RunFolders
package import Storage
package import Studies

/// The open cases of a run as one team sees them: what to do next, and what is somebody else's.
///
/// The only contact between teams, and between jobs that work on one folder, are the files by which they claim cases: nobody
/// gives out work, and no team waits for another.
package final class CaseQueue {
    /// What a team does next.
    package enum Turn: Equatable {
        case work(Int)
        /// No case is left that needs so many ranks, but some that need fewer.
        case split(size: Int)
        case end
    }

    private let plan: StudyPlan
    private let works: [Schedule.Work]
    private let folder: RunFolder
    private let holder: ClaimHolder
    /// Dearest first.
    private var open: [Int]
    private var claim: Claim?
    /// What is to be told of claims that were taken over.
    package private(set) var notices: [String] = []

    /// - Parameter first: where in the order the first attempt is made, so that teams that begin together do not all try
    ///   for the same case.
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
    /// Every call goes over all cases that are not done: one that was in somebody else's hands may be free by now.
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
                // What comes next is the most expensive that is left.
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

    /// The claimed case is another job's by now.
    package func forget() { claim = nil }

    /// The claimed case is done: its folder shows that from now on.
    package func finish() {
        claim?.remove()
        claim = nil
    }

    /// The claimed case is given back unfinished.
    package func releaseClaim() throws {
        try claim?.release()
        claim = nil
    }

    private func isDone(_ index: Int) throws -> Bool {
        try folder.hasResult(plan.cases[index].identifier, steps: plan.cases[index].steps)
    }

    /// Whether the case is this team's now.
    private func take(_ studyCase: StudyCase) throws -> Bool {
        guard try !folder.isDone(studyCase) else { return false }
        let outcome = try Claim.take(
            folder: folder.folder(of: studyCase).path, holder: holder, heartbeats: Heartbeat.folder(in: folder.path))
        guard case .taken(let claim, let notice) = outcome else { return false }
        if try folder.isDone(studyCase) {  // It was finished between the two looks.
            claim.remove()
            return false
        }
        if let notice { notices.append(notice) }
        self.claim = claim
        return true
    }
}

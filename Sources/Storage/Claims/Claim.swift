import Failures
import Foundation
import Paths
import Processes

/// The result of an attempt to claim a case.
package enum ClaimOutcome: Sendable {
    /// This process holds the claim now; if it took over a stale claim, the notice names the previous holder.
    case taken(Claim, notice: String?)
    /// Another process works on the case.
    case inUse(by: String)
}

/// The exclusive right to work on a case, across nodes and jobs.
///
/// A claim is valid until its holder is known to have ended (on this kernel, or because its batch job has been started
/// again since), or has written no heartbeat for `staleAfter` seconds; time stamps further in the future than that are
/// ignored. A process known to be alive on this kernel keeps its claim.
///
/// Claims are files `claim-0`, `claim-1`, … in the case's folder; the holder is the process that created the one with
/// the highest number. The only way to take over is to create the next number, and only one process can: two that see
/// the same stale claim never both win. This needs no locks, which shared file systems often lack or implement wrongly.
/// Numbers only grow. A released claim stays, marked as free, until the case is done (`remove`). If it were removed,
/// the numbers would start again at `claim-0`, and a process that had listed the folder before could create the next
/// number of the old sequence: both would hold the case.
///
/// A claim is written to a temporary file and then gets its name by link(2), which fails with EEXIST as O_EXCL does. So
/// no process reads half a claim (except where `makeWithoutLink` is needed), and over NFS, where the reply to a call may
/// be lost, the file's link count shows whether the call succeeded.
///
/// After taking a claim, check again whether the case is done: it may have been finished just before.
package struct Claim: Sendable {
    /// Seconds without a heartbeat after which a claim is stale, unless its holder is known to be alive.
    package static let staleAfter: Double = 300

    private let folder: String
    private let number: Int
    private let record: Record

    /// Claims the case in `folder`, which is created if it does not exist.
    ///
    /// - `heartbeats`: the folder of the run's heartbeats (`Heartbeat.folder(in:)`).
    /// - `staleAfter`: seconds without a heartbeat after which a claim is no longer valid, if its holder may be alive.
    /// - Throws: `HarnessError.io`.
    package static func take(
        folder: String, holder: ClaimHolder, heartbeats: String, staleAfter: Double = Claim.staleAfter
    ) throws -> ClaimOutcome {
        try DurableFile.makeFolder(folder)
        for _ in 0..<1000 {
            var notice: String?
            var before: ClaimHolder?
            let last = try lastNumber(in: folder)
            if let last {
                let judgement = try judge(last, in: folder, heartbeats: heartbeats, staleAfter, holder.batchJob) {
                    FileSystemClock.now(in: folder)
                }
                switch judgement {
                case .removed: continue  // The case was finished and all its claims were removed.
                case .held(let by): return .inUse(by: name(by))
                case .stale(let by, let reason):
                    notice = "\(folder): was in use by \(name(by)), \(reason): taken over"
                    before = by
                case .released: break
                }
            }
            let nonce = "\(UInt32.random(in: 0...UInt32.max))"
            let record = Record(holder: holder, nonce: nonce, isReleased: false)
            let claim = Claim(folder: folder, number: (last ?? -1) + 1, record: record)
            guard try claim.make() else { continue }
            if let before, before.isOfEarlierStart(of: holder.batchJob), let ended = before.identity {
                DurableFile.removeUnfinished(in: folder, of: ended)
            }
            return .taken(claim, notice: notice)
        }
        // The folder lists claims that cannot be opened.
        throw HarnessError.io(path: folder, operation: "claim", code: EAGAIN)
    }

    /// Whether no process has taken the claim over. Check it after a long pause, before writing into the case's folder.
    ///
    /// A folder that has been deleted counts as ours: the next write then fails with the true reason.
    package func isStillHeld() -> Bool {
        guard Paths.access(folder, F_OK) == 0 || errno != ENOENT else { return true }
        return (try? Claim.lastNumber(in: folder)) == number && (try? Claim.read(path)) == record
    }

    /// Releases the case unfinished: any process may continue it at once.
    ///
    /// - Throws: `HarnessError.io`; the claim then stays valid until this process ends.
    package func release() throws {
        guard isStillHeld() else { return }
        var free = record
        free.isReleased = true
        try DurableFile.write(Claim.encode(free), to: path)
    }

    /// Removes all claims of a case that is done, the highest number last.
    package func remove() {
        guard isStillHeld() else { return }
        for number in 0...number { _ = FileCalls.current.unlink(Claim.path(number, in: folder)) }
    }

    /// Removes claims left on a finished case by a process that was killed before it could remove them. The claim of a
    /// process that may be alive stays, because it may be about to open the case again for more steps. In a folder that
    /// is not writable the claims stay and mean nothing.
    ///
    /// - `now`: seconds since 1970 by the file system's clock; evaluated only if a claim's age matters.
    /// - Returns: whether no process holds the case.
    /// - Throws: `HarnessError.io` when the claim cannot be read.
    @discardableResult
    package static func removeAll(
        ofFinished folder: String, heartbeats: String, now: () -> Double
    ) throws -> Bool {
        guard let last = try lastNumber(in: folder) else { return true }
        switch try judge(last, in: folder, heartbeats: heartbeats, staleAfter, BatchJob.current, now: now) {
        case .held: return false
        case .stale, .released: for number in 0...last { _ = FileCalls.current.unlink(path(number, in: folder)) }
        case .removed: break
        }
        return true
    }

    private var path: String { Claim.path(number, in: folder) }

    /// - Returns: false if another process was faster.
    private func make() throws -> Bool {
        let calls = FileCalls.current
        let temporary = try DurableFile.writeTemporary(Claim.encode(record), beside: "\(folder)/claim-\(record.nonce)")
        defer { _ = calls.unlink(temporary) }
        var result = calls.link(temporary, path)
        if let status = fileStatus(temporary), status.st_nlink == 2 { return true }
        if [EPERM, EOPNOTSUPP, ENOSYS].contains(Int32(-result)) { result = try makeWithoutLink() }
        if result == -Int(EEXIST) { return false }
        try calls.require(result, "claim", path)
        return true
    }

    /// For file systems without hard links. A process that reads the half-written file finds no valid
    /// claim in it and, as the file is new, takes the case to be in use.
    private func makeWithoutLink() throws -> Int {
        let calls = FileCalls.current
        let descriptor = calls.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o666)
        guard descriptor >= 0 else { return descriptor }
        defer { _ = calls.close(Int32(descriptor)) }
        try Claim.encode(record).withUnsafeBytes { try calls.writeAll($0, to: Int32(descriptor), of: path) }
        return 0
    }
}

import Failures
import Foundation
import Paths
import Processes

/// What came of an attempt to claim a case.
package enum ClaimOutcome: Sendable {
    /// It is this process's now; the notice says whose it was, if a stale claim was taken over.
    case taken(Claim, notice: String?)
    /// Someone is at work on it.
    case inUse(by: String)
}

/// A case in use: nobody else works on it, be it on another node or in another job.
///
/// A claim counts until its holder is known to be gone, on this very kernel or because its batch job has been started again
/// since, or has given no heartbeat for `staleAfter` (times further ahead than that count as none). A process that is seen to live, on this very kernel, keeps its claim.
///
/// Claims are files `claim-0`, `claim-1`, … in the case's folder, and the holder is who made the one with the highest
/// number. The only way to take over is to make the next number, and only one process can: two that see the same stale
/// claim never both win. That needs no locks, which shared file systems often lack or get wrong. Numbers only grow; a
/// claim that is released stays, marked as free, until the case is done (`remove`), as a process that has looked a moment
/// ago could otherwise make a number that has been used up, while another one begins again from `claim-0`.
///
/// A claim is written to a file of its own that gets its name by link(2), which fails with EEXIST as O_EXCL does: so
/// nobody reads half a claim, and over NFS, where the answer to a call may be lost, the file's count of names tells.
///
/// After taking a claim, look again whether the case is done: it may have been finished just before.
package struct Claim: Sendable {
    /// Seconds for which a holder of whom nothing else is known may be silent.
    package static let staleAfter: Double = 300

    private struct Record: Codable, Equatable {
        var holder: ClaimHolder
        /// Tells claims of one holder apart.
        var token: String
        var isReleased: Bool
    }

    private let folder: String
    private let number: Int
    private let record: Record

    /// Claims the case in `folder`, which is made if need be.
    ///
    /// - Parameters:
    ///   - heartbeats: the folder of the run's heartbeats (`Heartbeat.folder(in:)`).
    ///   - staleAfter: seconds without a heartbeat after which the claim of a process that may be alive counts no more.
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
                case .gone: continue  // Its case has been finished, all claims with it.
                case .held(let by): return .inUse(by: name(by))
                case .stale(let by, let reason):
                    notice = "\(folder): was in use by \(name(by)), \(reason): taken over"
                    before = by
                case .released: break
                }
            }
            let token = "\(UInt32.random(in: 0...UInt32.max))"
            let record = Record(holder: holder, token: token, isReleased: false)
            let claim = Claim(folder: folder, number: (last ?? -1) + 1, record: record)
            guard try claim.make() else { continue }
            if let before, before.isOfEarlierStart(of: holder.batchJob), let gone = before.identity {
                DurableFile.removeUnfinished(in: folder, of: gone)
            }
            return .taken(claim, notice: notice)
        }
        throw HarnessError.io(path: folder, operation: "claim", code: EAGAIN)  // It shows claims that cannot be read.
    }

    /// Whether nobody has taken it over: to be asked before anything is put into the case's folder after a long pause.
    ///
    /// A folder that is gone is nobody else's: who writes into it next learns the true reason why that fails.
    package func isStillOurs() -> Bool {
        guard Paths.access(folder, F_OK) == 0 || errno != ENOENT else { return true }
        return (try? Claim.lastNumber(in: folder)) == number && (try? Claim.read(path)) == record
    }

    /// Gives the case back unfinished: anybody may go on with it at once.
    ///
    /// - Throws: `HarnessError.io`; the claim then counts until this process ends.
    package func release() throws {
        guard isStillOurs() else { return }
        var free = record
        free.isReleased = true
        try DurableFile.write(Claim.encode(free), to: path)
    }

    /// Removes all claims of a case that is done, the highest last.
    package func remove() {
        guard isStillOurs() else { return }
        for number in 0...number { _ = FileCalls.current.unlink(Claim.path(number, in: folder)) }
    }

    /// Removes the claims that a case that is done has kept: whoever finished it was killed before it could. That of a
    /// process that may be alive stays: asked for more steps, it may be about to open the case again. Where the folder is not
    /// ours to write in they stay, too, and mean nothing.
    ///
    /// - Parameter now: as of `look`.
    /// - Returns: whether nobody has the case in hand.
    /// - Throws: `HarnessError.io` when the claim cannot be read.
    @discardableResult
    package static func removeAll(
        ofFinished folder: String, heartbeats: String, now: () -> Double
    ) throws -> Bool {
        guard let last = try lastNumber(in: folder) else { return true }
        switch try judge(last, in: folder, heartbeats: heartbeats, staleAfter, BatchJob.current, now: now) {
        case .held: return false
        case .stale, .released: for number in 0...last { _ = FileCalls.current.unlink(path(number, in: folder)) }
        case .gone: break
        }
        return true
    }

    private var path: String { Claim.path(number, in: folder) }

    /// - Returns: false if another process was faster.
    private func make() throws -> Bool {
        let calls = FileCalls.current
        let temporary = try DurableFile.writeTemporary(Claim.encode(record), beside: "\(folder)/claim-\(record.token)")
        defer { _ = calls.unlink(temporary) }
        var result = calls.link(temporary, path)
        if let status = fileStatus(temporary), status.st_nlink == 2 { return true }
        if [EPERM, EOPNOTSUPP, ENOSYS].contains(Int32(-result)) { result = try makeWithoutLink() }
        if result == -Int(EEXIST) { return false }
        try calls.require(result, "claim", path)
        return true
    }

    /// For file systems without a second name for a file. Who reads it half written waits, as for a foreign file.
    private func makeWithoutLink() throws -> Int {
        let calls = FileCalls.current
        let descriptor = calls.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o666)
        guard descriptor >= 0 else { return descriptor }
        defer { _ = calls.close(Int32(descriptor)) }
        try Claim.encode(record).withUnsafeBytes { try calls.writeAll($0, to: Int32(descriptor), of: path) }
        return 0
    }
}

// Other processes' claims.
extension Claim {
    /// What a claim says of a case. The holder is nil where the file is no claim of ours.
    package enum Judgement: Sendable, Equatable {
        case held(by: ClaimHolder?)
        /// The reason why a claim that was never released counts no more: "which is gone".
        case stale(ClaimHolder?, reason: String)
        case released
        /// The file was removed a moment ago.
        case gone
    }

    /// Who holds the case in `folder`, without taking it or writing anything.
    ///
    /// - Parameter now: seconds since 1970 by the clock of the file system; asked for only where a claim's age matters.
    /// - Returns: nil where nobody has ever claimed it.
    /// - Throws: `HarnessError.io`.
    package static func look(
        at folder: String, heartbeats: String, staleAfter: Double = Claim.staleAfter, now: () -> Double
    ) throws -> Judgement? {
        guard let last = try lastNumber(in: folder) else { return nil }
        let judgement = try judge(last, in: folder, heartbeats: heartbeats, staleAfter, BatchJob.current, now: now)
        return judgement == .gone ? nil : judgement
    }

    /// "pid 123 on node7 (rank 3, job 42)".
    package static func name(_ holder: ClaimHolder?) -> String { holder?.name ?? "a process unknown" }

    private static func judge(
        _ number: Int, in folder: String, heartbeats: String, _ staleAfter: Double, _ job: BatchJob?, now: () -> Double
    ) throws -> Judgement {
        let path = path(number, in: folder)
        // When the file is none of ours (a machine may have failed while it was written), its time tells all there is.
        // What cannot be read may be a living process's all the same: that is an error.
        let record = try read(path)
        let holder = record?.holder
        if record?.isReleased == true { return .released }
        // Seen to live, it keeps its claim, whatever a batch system says of its job.
        let isGone = holder?.isGone
        if isGone == false { return .held(by: holder) }
        if holder?.isOfEarlierStart(of: job) == true {
            return .stale(holder, reason: "which ended before this job was started again")
        }
        if isGone == true { return .stale(holder, reason: "which is gone") }
        // No younger than the claim itself: its holder's first heartbeat may not have got here yet.
        let heartbeat = try holder.flatMap { try FileSystemClock.lastWrite("\(heartbeats)/\($0.heartbeat)") }
        guard let claimed = try FileSystemClock.lastWrite(path) else { return .gone }
        let now = now()
        // A time well ahead of the clock was not set by it (the clock was wrong, a copy has other times): it tells nothing,
        // and who lives writes another within seconds.
        let times = [claimed, heartbeat ?? claimed].filter { $0 <= now + staleAfter }
        guard let last = times.max() else {
            return .stale(holder, reason: "whose files are dated \(seconds(claimed - now)) s ahead of the clock")
        }
        guard now - last > staleAfter else { return .held(by: holder) }
        return .stale(holder, reason: "not heard of for \(seconds(now - last)) s")
    }

    /// Rounded; of a time from afar as many as a number holds.
    private static func seconds(_ time: Double) -> Int { Int(exactly: time.rounded()) ?? .max }

    /// The highest number made; looked for by opening, too, as lists of folders are remembered for a while over NFS.
    ///
    /// - Throws: `HarnessError.io` where that cannot be found out.
    private static func lastNumber(in folder: String) throws -> Int? {
        let names = try FileCalls.names(in: folder) ?? []
        var last = names.compactMap(number(ofName:)).max()
        while try isThere(path((last ?? -1) + 1, in: folder)) { last = (last ?? -1) + 1 }
        return last
    }

    /// The number in a claim's name; nil for any other, such as "claim-007" or one that nobody counts up to.
    private static func number(ofName name: String) -> Int? {
        let number = Int(name.dropFirst("claim-".count))
        return number.flatMap { (0..<1_000_000).contains($0) && name == "claim-\($0)" ? $0 : nil }
    }

    private static func isThere(_ path: String) throws -> Bool {
        let descriptor = FileCalls.current.open(path, O_RDONLY, 0)
        if descriptor == -Int(ENOENT) { return false }
        try FileCalls.current.require(descriptor, "open", path)
        _ = FileCalls.current.close(Int32(descriptor))
        return true
    }

    private static func read(_ path: String) throws -> Record? {
        try FileCalls.current.contents(of: path).flatMap { try? JSONDecoder().decode(Record.self, from: $0) }
    }

    private static func encode(_ record: Record) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(record) + Data("\n".utf8)
    }

    private static func path(_ number: Int, in folder: String) -> String { "\(folder)/claim-\(number)" }
}

import Foundation

/// What came of an attempt to claim a case.
package enum ClaimOutcome: Sendable {
    /// It is this process's now; the notice says whose it was, if a stale claim was taken over.
    case taken(Claim, notice: String?)
    /// Someone is at work on it.
    case inUse(by: String)
}

/// A case in use: nobody else works on it, be it on another node or in another job.
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
    /// Seconds for which a holder on another machine may be silent.
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
    ///   - staleAfter: seconds without a heartbeat after which a claim from another machine counts no more.
    /// - Throws: `HarnessError.io`.
    package static func take(
        folder: String, holder: ClaimHolder, heartbeats: String, staleAfter: Double = Claim.staleAfter
    ) throws -> ClaimOutcome {
        try DurableFile.makeFolder(folder)
        for _ in 0..<1000 {
            var notice: String?
            let last = lastNumber(in: folder)
            if let last {
                switch try judge(last, in: folder, heartbeats: heartbeats, staleAfter) {
                case .gone: continue  // Its case has been finished, all claims with it.
                case .held(let by): return .inUse(by: by)
                case .free(let reason): notice = reason.map { "\(folder): \($0): taken over" }
                }
            }
            let record = Record(holder: holder, token: UUID().uuidString, isReleased: false)
            let claim = Claim(folder: folder, number: (last ?? -1) + 1, record: record)
            if try claim.make() { return .taken(claim, notice: notice) }
        }
        throw HarnessError.io(path: folder, operation: "claim", code: EAGAIN)  // It shows claims that cannot be read.
    }

    /// Whether nobody has taken it over: to be asked before anything is put into the case's folder after a long pause.
    ///
    /// A folder that is gone is nobody else's: who writes into it next learns the true reason why that fails.
    package func isStillOurs() -> Bool {
        guard access(folder, F_OK) == 0 || errno != ENOENT else { return true }
        return Claim.lastNumber(in: folder) == number && (try? Claim.read(path)) == record
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

    private var path: String { Claim.path(number, in: folder) }

    /// - Returns: false if another process was faster.
    private func make() throws -> Bool {
        let calls = FileCalls.current
        let temporary = try DurableFile.writeTemporary(Claim.encode(record), beside: "\(folder)/claim-\(record.token)")
        defer { _ = calls.unlink(temporary) }
        var result = calls.link(temporary, path)
        var status = stat()
        if stat(temporary, &status) == 0, status.st_nlink == 2 { return true }
        if [EPERM, EOPNOTSUPP, ENOSYS].contains(Int32(-result)) { result = try makeWithoutLink() }
        if result == -Int(EEXIST) { return false }
        try calls.require(result, "claim", path)
        return true
    }

    /// For file systems without a second name for a file. Who reads it half written waits, as for a foreign file.
    private func makeWithoutLink() throws -> Int {
        let calls = FileCalls.current
        let descriptor = calls.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o644)
        guard descriptor >= 0 else { return descriptor }
        defer { _ = calls.close(Int32(descriptor)) }
        try Claim.encode(record).withUnsafeBytes { try calls.writeAll($0, to: Int32(descriptor), of: path) }
        return 0
    }
}

// Other processes' claims.
extension Claim {
    private enum Judgement {
        case held(by: String)
        /// The reason why a claim that was never released counts no more.
        case free(String?)
        case gone
    }

    private static func judge(
        _ number: Int, in folder: String, heartbeats: String, _ staleAfter: Double
    ) throws -> Judgement {
        let path = path(number, in: folder)
        // When the file is none of ours (a machine may have failed while it was written), its time tells all there is.
        let record = try? read(path)
        if record?.isReleased == true { return .free(nil) }
        let name = record?.holder.name ?? "a process unknown"
        switch record?.holder.isGone {
        case true?: return .free("was in use by \(name), which is gone")
        case false?: return .held(by: name)
        case nil: break
        }
        // No younger than the claim itself: its holder's first heartbeat may not have got here yet.
        let heartbeat = record.flatMap { FileSystemClock.lastWrite("\(heartbeats)/\($0.holder.heartbeat)") }
        guard let claimed = FileSystemClock.lastWrite(path) else { return .gone }
        let silence = FileSystemClock.now(in: folder) - max(claimed, heartbeat ?? claimed)
        guard silence > staleAfter else { return .held(by: name) }
        return .free("was in use by \(name), not heard of for \(Int(silence.rounded())) s")
    }

    /// The highest number made; looked for by opening, too, as lists of folders are remembered for a while over NFS.
    private static func lastNumber(in folder: String) -> Int? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        var last = names.compactMap { $0.hasPrefix("claim-") ? Int($0.dropFirst("claim-".count)) : nil }.max()
        while isThere(path((last ?? -1) + 1, in: folder)) { last = (last ?? -1) + 1 }
        return last
    }

    private static func isThere(_ path: String) -> Bool {
        let descriptor = FileCalls.current.open(path, O_RDONLY, 0)
        if descriptor >= 0 { _ = FileCalls.current.close(Int32(descriptor)) }
        return descriptor >= 0
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

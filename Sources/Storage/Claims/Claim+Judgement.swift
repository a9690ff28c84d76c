import Processes

// Claims of other processes.
extension Claim {
    /// The state of a claim. The holder is nil if the file is not a valid claim.
    package enum Judgement: Sendable, Equatable {
        case held(by: ClaimHolder?)
        /// An unreleased claim that is no longer valid; the reason, such as "which is gone".
        case stale(ClaimHolder?, reason: String)
        case released
        /// The file was removed while it was being read.
        case removed
    }

    /// Reads who holds the case in `folder`, without taking or writing anything.
    ///
    /// - `now`: seconds since 1970 by the file system's clock; evaluated only if a claim's age matters.
    /// - Returns: nil if the case was never claimed.
    /// - Throws: `HarnessError.io`.
    package static func look(
        at folder: String, heartbeats: String, staleAfter: Double = Claim.staleAfter, now: () -> Double
    ) throws -> Judgement? {
        guard let last = try lastNumber(in: folder) else { return nil }
        let judgement = try judge(last, in: folder, heartbeats: heartbeats, staleAfter, BatchJob.current, now: now)
        return judgement == .removed ? nil : judgement
    }

    /// "pid 123 on node7 (rank 3, job 42)".
    package static func name(_ holder: ClaimHolder?) -> String { holder?.name ?? "an unknown process" }

    /// Determines the state of a claim, for a process of batch job `job`.
    ///
    /// - Throws: `HarnessError.io`.
    static func judge(
        _ number: Int, in folder: String, heartbeats: String, _ staleAfter: Double, _ job: BatchJob?, now: () -> Double
    ) throws -> Judgement {
        let path = path(number, in: folder)
        // If the file is not a valid claim (the machine may have failed while writing it), only its time stamp counts.
        // A file that cannot be read is an error, because its holder may be alive.
        let record = try read(path)
        let holder = record?.holder
        if record?.isReleased == true { return .released }
        // A holder known to be alive keeps its claim, whatever a batch system says about its job.
        let hasEnded = holder?.hasEnded
        if hasEnded == false { return .held(by: holder) }
        if holder?.isOfEarlierStart(of: job) == true {
            return .stale(holder, reason: "which ended before this job was started again")
        }
        if hasEnded == true { return .stale(holder, reason: "which is gone") }
        // At least as recent as the claim itself: the holder's first heartbeat may not be visible here yet.
        let heartbeat = try holder.flatMap { try FileSystemClock.lastWrite("\(heartbeats)/\($0.heartbeat)") }
        guard let claimed = try FileSystemClock.lastWrite(path) else { return .removed }
        let now = now()
        // Ignore a time stamp far in the future (the clock was wrong, or a copy has other times): a live process writes
        // another heartbeat within seconds.
        let times = [claimed, heartbeat ?? claimed].filter { $0 <= now + staleAfter }
        guard let last = times.max() else {
            return .stale(holder, reason: "whose files are dated \(seconds(claimed - now)) s ahead of the clock")
        }
        guard now - last > staleAfter else { return .held(by: holder) }
        return .stale(holder, reason: "silent for \(seconds(now - last)) s")
    }

    /// Rounded seconds, clamped to the range of Int.
    private static func seconds(_ time: Double) -> Int { Int(exactly: time.rounded()) ?? .max }
}

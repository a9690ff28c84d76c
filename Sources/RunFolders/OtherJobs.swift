import Foundation
package import Numerics
import Paths
import Storage

/// Finds out, for a batch script whose job found no free case, whether other processes are working on the remaining
/// ones.
///
/// A claim alone does not prove it: its holder may be a job that was killed a minute ago. So heartbeats are watched
/// until each of them has changed, or until a claim is no longer valid. A process that is alive on this kernel keeps
/// its claim even if it makes no progress, but is not waited for any longer than a silent one elsewhere.
package struct OtherJobs {
    /// The state of the unfinished cases.
    package enum Verdict: Equatable, Sendable {
        /// All cases are finished now.
        case complete
        /// Every case is held by a process whose heartbeat changed while watched: "pid 123 on node7 (rank 3, job 42)".
        case atWork([String])
        /// An unfinished case is free, for the reason given.
        case free(case: String, reason: String)
        /// An unfinished case is claimed by a process whose heartbeat did not change while watched.
        case standsStill(case: String, holder: String)
    }

    /// Seconds to wait for a heartbeat: as long as a claim without heartbeats is valid.
    package static let heartbeatTimeout = Claim.staleAfter

    private let run: RunFolder
    private let clock: MonotonicClock
    private let cases: [RunManifest.Entry]
    /// The first version of each heartbeat seen, by file name.
    private var first: [String: Stamp] = [:]
    /// When each heartbeat was first looked for, whether it existed or not.
    private var watchedSince: [String: DispatchTime] = [:]

    /// Identifies one version of a file that is replaced repeatedly.
    private struct Stamp: Equatable {
        var number: ino_t
        var seconds: Int
        var nanoseconds: Int

        init?(_ path: String) {
            guard let status = fileStatus(path) else { return nil }
            (number, seconds, nanoseconds) = (status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        }
    }

    /// Watches the run in the folder at `path`.
    ///
    /// - Throws: `HarnessError.badInput` if it contains no run.
    package init(_ path: String, clock: MonotonicClock = .system) throws {
        run = RunFolder(path)
        self.clock = clock
        cases = try RunManifest.read(run).cases
    }

    /// Checks every `pause` seconds until there is a verdict: a heartbeat changes every ten seconds, and a claim
    /// without heartbeats is valid for five minutes.
    ///
    /// - `heartbeatTimeout`: seconds after which an unchanged heartbeat counts as standing still.
    /// - `onMessage`: called once a minute with what is being waited for.
    /// - Throws: `HarnessError.io`.
    package mutating func watch(
        pause: Double = 1, heartbeatTimeout: Double = OtherJobs.heartbeatTimeout, onMessage: (String) throws -> Void
    ) throws -> Verdict {
        var lastTold: DispatchTime?
        while true {
            var silent: [String] = []
            if let verdict = try look(&silent, heartbeatTimeout) { return verdict }
            if lastTold.map({ clock.seconds(since: $0) >= 60 }) ?? true {
                try onMessage("waiting until a heartbeat changes or its claim expires: \(OtherJobs.list(silent))")
                lastTold = clock.now()
            }
            clock.sleep(pause)
        }
    }

    /// Checks once.
    ///
    /// - Parameter silent: the holders whose heartbeats have not changed so far.
    private mutating func look(_ silent: inout [String], _ heartbeatTimeout: Double) throws -> Verdict? {
        if Paths.access(run.file(RunFolder.stopFile), F_OK) == 0 {
            return .free(case: "every case", reason: "\(RunFolder.stopFile) exists")
        }
        var holders: [String] = []
        let heartbeats = Heartbeat.folder(in: run.path)
        lazy var now = FileSystemClock.now(in: heartbeats)
        for entry in cases where try !isDone(entry) {
            let claim = try Claim.look(
                at: run.file("cases/\(entry.identifier)"), heartbeats: heartbeats,
                now: { now })
            guard case .held(let holder)? = claim else {
                if try isDone(entry) { continue }
                if case .stale(let holder, let reason)? = claim {
                    return .free(case: entry.identifier, reason: "it was in use by \(Claim.name(holder)), \(reason)")
                }
                return .free(case: entry.identifier, reason: "no process has claimed it")
            }
            let isMoving = holder.map { hasMoved($0.heartbeat, in: heartbeats) } ?? false
            if !isMoving { silent.append(Claim.name(holder)) }
            if let holder, !isMoving, secondsWatched(holder.heartbeat) > heartbeatTimeout {
                return .standsStill(case: entry.identifier, holder: holder.name)
            }
            holders.append(Claim.name(holder))
        }
        return holders.isEmpty ? .complete : silent.isEmpty ? .atWork(holders) : nil
    }

    /// Whether a heartbeat differs from its first version.
    private mutating func hasMoved(_ name: String, in folder: String) -> Bool {
        guard let now = Stamp("\(folder)/\(name)") else { return false }
        guard let before = first[name] else {
            first[name] = now
            return false
        }
        return before != now
    }

    private mutating func secondsWatched(_ name: String) -> Double {
        let since = watchedSince[name] ?? clock.now()
        watchedSince[name] = since
        return clock.seconds(since: since)
    }

    private func isDone(_ entry: RunManifest.Entry) throws -> Bool {
        try run.hasResult(entry.identifier, steps: entry.steps)
    }

    /// The names of at most four holders.
    package static func list(_ holders: [String]) -> String {
        let shown = holders.prefix(4).joined(separator: ", ")
        return holders.count > 4 ? "\(shown) and \(holders.count - 4) more" : shown
    }
}

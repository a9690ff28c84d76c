import Cases
import Foundation
import Storage

/// The state of a run as its folder shows it; for `active-bench status`, which belongs to no job.
///
/// The run may be active, finished or killed. Nothing in the folder is changed, except that claims left on finished
/// cases are removed. Where ages matter, a short-lived file asks the file system for the time; in a folder that is not
/// writable the local clock is used.
package struct RunStatus: Sendable, Codable, Equatable {
    /// The state of a case.
    package enum State: String, Sendable, Codable {
        case done
        /// The case is claimed by a process that is alive as far as one can tell.
        case running
        /// The case's holder has ended, or has been silent for so long that others may take over.
        case interrupted
        /// The case is not claimed, begun or not.
        case waiting
        /// The last attempt failed; the next run tries again.
        case failed
    }

    package struct Line: Sendable, Codable, Equatable {
        /// `StudyCase.identifier`.
        package var `case`: String
        /// The state of the case.
        package var state: State
        /// The number of gradient steps planned.
        package var steps: Int
        /// Gradient steps made: for a running or interrupted case as last reported, otherwise those of its checkpoint.
        package var step: Int
        /// The step of the newest checkpoint; nil if there is none.
        package var checkpointStep: Int?
        /// Seconds since the newest checkpoint was written.
        package var checkpointAge: Double?
        /// The holder of the claim, "pid 123 on node7 (rank 3, job 42)"; nil if there is none.
        package var holder: String?
        /// Why the claim of an interrupted case is no longer valid.
        package var reason: String?
        /// The token of the run that has claimed the case, with which the names of its heartbeats begin.
        package var run: String?
        /// The nodes of the ranks that work on the case.
        package var hosts: [String]?
        /// The ranks that work on the case, in their job's MPI_COMM_WORLD.
        package var ranks: [Int]?
        /// The phase: "preparation", "training", "evaluation".
        package var phase: String?
        /// The current rate; nil if unknown.
        package var stepsPerSecond: Double?
        /// Predicted seconds until the last step; nil if unknown.
        package var secondsLeft: Double?
        /// Where the case failed.
        package var failurePlace: String?
        /// Why the case failed.
        package var failureMessage: String?
    }

    /// A rank without recent heartbeats that has not ended normally.
    package struct SilentRank: Sendable, Codable, Equatable {
        /// The rank in its job's MPI_COMM_WORLD.
        package var rank: Int
        /// The size of its MPI_COMM_WORLD.
        package var ranks: Int
        /// The host name of its node.
        package var host: String
        /// The process number on that node.
        package var pid: Int32
        /// The batch system's job id, if there is one.
        package var job: String?
        /// The case it was working on, if there was one.
        package var `case`: String?
        /// The phase it was in: "training", "between cases", …
        package var phase: String
        /// The number of gradient steps made in the case.
        package var step: Int
        /// Seconds since its last heartbeat.
        package var age: Double
        /// Whether its process is known to have ended.
        package var isGone: Bool
    }

    /// Seconds without a heartbeat after which a rank counts as silent.
    package static let silentAfter = 3 * Heartbeat.interval

    /// The path of the run's folder as given by the user.
    package let folder: String
    /// All cases, in the table's order.
    package let cases: [Line]
    /// Silent ranks, by job and rank.
    package let silentRanks: [SilentRank]
    /// Whether the folder contains a file STOP: all jobs stop, and none starts.
    package let isStopRequested: Bool
    /// The fraction of all gradient steps that is done, 0 to 1, each step weighted by its multiply-adds.
    package let shareDone: Double
    /// Predicted seconds until the last case is done at the present rates; nil if these are unknown.
    package let secondsLeft: Double?

    /// Reads the folder at `path`.
    ///
    /// - Throws: `HarnessError.badInput` if it contains no run; `HarnessError.io` if it cannot be read.
    package init(_ path: String) throws {
        let run = RunFolder(path)
        let manifest = try RunManifest.read(run)
        let clock = OneClockReading(in: Heartbeat.folder(in: path))
        let hasRanks = try FileCalls.isThere(Heartbeat.folder(in: path))
        let heartbeats = hasRanks ? try Heartbeat.readAll(in: path, now: clock.now) : []
        let lines = try manifest.cases.map { try Line($0, in: path, heartbeats.map(\.heartbeat), clock) }
        folder = path
        cases = lines
        silentRanks = RunStatus.silent(heartbeats, lines)
        isStopRequested = try FileCalls.isThere(run.file(RunFolder.stopFile))
        let forecast = RunForecast(lines, weights: manifest.stepWeights())
        shareDone = forecast.shareDone
        secondsLeft = forecast.secondsLeft
    }

    /// The number of cases in a state.
    package func count(_ state: State) -> Int { cases.count { $0.state == state } }

    /// The number of cases that are neither claimed, finished nor failed.
    package var waiting: Int { count(.waiting) + count(.interrupted) }

    /// The number of waiting cases that have a checkpoint.
    package var begun: Int {
        cases.count { ($0.state == .waiting || $0.state == .interrupted) && $0.checkpointStep != nil }
    }

    /// The silent ranks, without remains of killed jobs whose cases others have taken over since.
    private static func silent(
        _ heartbeats: [(heartbeat: Heartbeat, age: Double)], _ lines: [Line]
    ) -> [SilentRank] {
        func isSilent(_ entry: (heartbeat: Heartbeat, age: Double)) -> Bool {
            entry.age > silentAfter || entry.heartbeat.isOfEndedProcess
        }
        let states = Dictionary(lines.map { ($0.case, $0) }, uniquingKeysWith: { first, _ in first })
        let alive = Set(heartbeats.filter { !isSilent($0) }.map(\.heartbeat.token))
        return heartbeats.filter(isSilent).filter { heartbeat, _ in
            guard let line = heartbeat.caseIdentifier.flatMap({ states[$0] }) else {
                return alive.contains(heartbeat.token)
            }
            switch line.state {
            case .done: return alive.contains(heartbeat.token)
            case .running:
                return line.run == nil || line.run == heartbeat.token && line.ranks == heartbeat.teamRanks
            case .interrupted, .failed: return true
            case .waiting: return false
            }
        }.map { heartbeat, age in
            SilentRank(
                rank: heartbeat.rank, ranks: heartbeat.ranks, host: heartbeat.host, pid: heartbeat.pid,
                job: heartbeat.job, case: heartbeat.caseIdentifier,
                phase: heartbeat.phase, step: heartbeat.step, age: age, isGone: heartbeat.isOfEndedProcess)
        }
    }
}

extension RunStatus.Line {
    /// Reads the state of a case from the run's folder.
    fileprivate init(
        _ entry: RunManifest.Entry, in run: String, _ heartbeats: [Heartbeat], _ clock: OneClockReading
    ) throws {
        let folder = "\(run)/cases/\(entry.identifier)"
        self.init(case: entry.identifier, state: .waiting, steps: entry.steps, step: 0)
        // Read the claim before the result: a process that finishes a case writes the result first and then removes the
        // claim; in the other order this process might see neither.
        let claim = try Claim.look(at: folder, heartbeats: Heartbeat.folder(in: run), now: { clock.now })
        if try RunFolder(run).hasResult(entry.identifier, steps: entry.steps) {
            do {
                _ = try RunFolder(run).result(of: entry)
            } catch {
                (state, failureMessage) = (.failed, "\(error)")  // whatever the reason, there is no valid result
                return
            }
            (state, step) = (.done, entry.steps)
            if claim != nil { RunFolder(run).removeClaims(ofFinished: entry.identifier) }
            return
        }
        if let checkpoint = try CheckpointStore(folder: folder).stepOfNewest() {
            (step, checkpointStep) = (checkpoint.step, checkpoint.step)
            checkpointAge = max(0, clock.now - checkpoint.written)
        }
        switch claim {
        case .held(let by): setHolder(by, .running, heartbeats)
        case .stale(let by, let reason):
            setHolder(by, .interrupted, heartbeats)
            self.reason = reason
        case .released, .removed, nil: break
        }
        do {
            guard let note = try CaseFailure.note(in: folder) else { return }
            (failurePlace, failureMessage) = (note.place, note.message)
        } catch {
            failureMessage = "\(error)"  // the case failed, even if its note is unreadable
        }
        (state, stepsPerSecond, secondsLeft) = (.failed, nil, nil)
    }

    private mutating func setHolder(_ holder: ClaimHolder?, _ state: RunStatus.State, _ heartbeats: [Heartbeat]) {
        self.state = state
        self.holder = Claim.name(holder)
        guard let holder else { return }
        (run, hosts, ranks) = (Heartbeat.token(ofFile: holder.heartbeat), [holder.host], [holder.rank])
        // The claim is made before the first heartbeat that names its case.
        guard let beat = heartbeats.first(where: { $0.fileName == holder.heartbeat }), beat.caseIdentifier == self.case
        else { return }
        let team = heartbeats.filter { $0.token == beat.token && beat.teamRanks.contains($0.rank) }
        if !team.isEmpty { hosts = Set(team.map(\.host)).sorted() }
        if !beat.teamRanks.isEmpty { ranks = beat.teamRanks }
        phase = beat.phase
        step = max(step, min(beat.step, steps))
        guard state == .running, beat.stepsPerSecond > 0, beat.stepsPerSecond.isFinite else { return }
        stepsPerSecond = beat.stepsPerSecond
        secondsLeft = Double(steps - step) / beat.stepsPerSecond
    }
}

/// The file system's time, determined once, when it is first needed.
private final class OneClockReading {
    private let folder: String
    private(set) lazy var now = FileSystemClock.now(in: folder)

    init(in folder: String) { self.folder = folder }
}

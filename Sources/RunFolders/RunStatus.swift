import Cases
import Foundation
import Storage

/// How a run is getting on, as its folder shows it: for `active-bench status`, which belongs to no job.
///
/// The folder may be of a run at work, of one that has ended, or of one that was killed. Nothing in it is changed but that a
/// finished case loses the claim it may have kept; where ages matter a file of a moment's life asks the file system for the
/// time. Where the folder cannot be written to, the local clock serves.
package struct RunStatus: Sendable, Codable, Equatable {
    /// What has become of a case.
    package enum State: String, Sendable, Codable {
        case done
        /// Someone has claimed it who, for all one knows, is alive.
        case running
        /// Whoever worked on it is gone, or has not been heard of for so long that others may take it over.
        case interrupted
        /// Nobody's, begun or not.
        case waiting
        /// Its last attempt ended with an error; the next run tries again.
        case failed
    }

    /// One case.
    package struct Line: Sendable, Codable, Equatable {
        /// `StudyCase.identifier`.
        package var `case`: String
        /// What has become of it.
        package var state: State
        /// Gradient steps it is to make.
        package var steps: Int
        /// Gradient steps made, of a running or interrupted case when it was last heard of; else those of its checkpoint.
        package var step: Int
        /// Of its newest checkpoint; nil where it has none.
        package var checkpointStep: Int?
        /// Seconds since that was written.
        package var checkpointAge: Double?
        /// Who has claimed it: "pid 123 on node7 (rank 3, job 42)"; nil where nobody has.
        package var holder: String?
        /// Why the claim of an interrupted case counts no more.
        package var reason: String?
        /// The run of the program that has claimed it: what the names of its heartbeats begin with.
        package var run: String?
        /// The nodes of the ranks that work on it.
        package var hosts: [String]?
        /// The ranks that work on it, of their job's MPI_COMM_WORLD.
        package var ranks: [Int]?
        /// "preparation", "training", "evaluation".
        package var phase: String?
        /// Lately; nil where it is not known.
        package var stepsPerSecond: Double?
        /// Predicted seconds until its last step; nil where it is not known.
        package var secondsLeft: Double?
        /// Where a failed case failed.
        package var failurePlace: String?
        /// And why.
        package var failureMessage: String?
    }

    /// A rank that has not said for a while how it is, without having come to its end.
    package struct SilentRank: Sendable, Codable, Equatable {
        /// In its job's MPI_COMM_WORLD.
        package var rank: Int
        /// The size of its MPI_COMM_WORLD.
        package var ranks: Int
        /// Its node's name for itself.
        package var host: String
        /// Its process on that node.
        package var pid: Int32
        /// The batch system's number, if there is one.
        package var job: String?
        /// The case at hand, if there was one.
        package var `case`: String?
        /// What it was doing: "training", "between cases", …
        package var phase: String
        /// Gradient steps of the case made.
        package var step: Int
        /// Seconds since it was last heard of.
        package var age: Double
        /// Whether its process is known to be gone.
        package var isGone: Bool
    }

    /// Seconds without a heartbeat after which a rank counts as silent.
    package static let silentAfter = 3 * Heartbeat.interval

    /// The run's folder as it was given.
    package let folder: String
    /// All cases, in the table's order.
    package let cases: [Line]
    /// Ranks that nobody has heard of, by job and rank.
    package let silentRanks: [SilentRank]
    /// Whether a file STOP lies in the folder: all jobs stop, and none begins.
    package let isStopRequested: Bool
    /// Of all gradient steps, 0 to 1; each weighs as much as it has multiply-adds.
    package let shareDone: Double
    /// Predicted seconds until the last case is done, at the rates of the running ones; nil where those are not known.
    package let secondsLeft: Double?

    /// Looks into the folder at `path`.
    ///
    /// - Throws: `HarnessError.badInput` when it holds no run; `HarnessError.io` when it cannot be read.
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

    /// How many cases are in a state.
    package func count(_ state: State) -> Int { cases.count { $0.state == state } }

    /// How many cases nobody works on that have neither finished nor failed.
    package var waiting: Int { count(.waiting) + count(.interrupted) }

    /// How many of these go on from a checkpoint.
    package var begun: Int {
        cases.count { ($0.state == .waiting || $0.state == .interrupted) && $0.checkpointStep != nil }
    }

    /// Those that are silent, without what a job that was killed has left of cases that others have taken over since.
    private static func silent(
        _ heartbeats: [(heartbeat: Heartbeat, age: Double)], _ lines: [Line]
    ) -> [SilentRank] {
        func isSilent(_ one: (heartbeat: Heartbeat, age: Double)) -> Bool {
            one.age > silentAfter || one.heartbeat.isGone
        }
        let states = Dictionary(lines.map { ($0.case, $0) }, uniquingKeysWith: { first, _ in first })
        let alive = Set(heartbeats.filter { !isSilent($0) }.map(\.heartbeat.token))
        return heartbeats.filter(isSilent).filter { one, _ in
            guard let line = one.caseIdentifier.flatMap({ states[$0] }) else { return alive.contains(one.token) }
            switch line.state {
            case .done: return alive.contains(one.token)
            case .running:
                return line.run == nil || line.run == one.token && line.ranks == one.teamRanks
            case .interrupted, .failed: return true
            case .waiting: return false
            }
        }.map { one, age in
            SilentRank(
                rank: one.rank, ranks: one.ranks, host: one.host, pid: one.pid, job: one.job, case: one.caseIdentifier,
                phase: one.phase, step: one.step, age: age, isGone: one.isGone)
        }
    }
}

extension RunStatus.Line {
    /// What the folder of a run shows of a case.
    fileprivate init(
        _ entry: RunManifest.Entry, in run: String, _ heartbeats: [Heartbeat], _ clock: OneClockReading
    ) throws {
        let folder = "\(run)/cases/\(entry.identifier)"
        self.init(case: entry.identifier, state: .waiting, steps: entry.steps, step: 0)
        // Who finishes a case writes its result before the claim is removed: looked for in the other order, neither
        // might be seen.
        let claim = try Claim.look(at: folder, heartbeats: Heartbeat.folder(in: run), now: { clock.now })
        if try RunFolder(run).hasResult(entry.identifier, steps: entry.steps) {
            do {
                _ = try RunFolder(run).result(of: entry)
            } catch {
                (state, failureMessage) = (.failed, "\(error)")  // Whatever has become of it, it is no result.
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
        case .released, .gone, nil: break
        }
        do {
            guard let note = try CaseFailure.note(in: folder) else { return }
            (failurePlace, failureMessage) = (note.place, note.message)
        } catch {
            failureMessage = "\(error)"  // It failed, whatever the note on it has become.
        }
        (state, stepsPerSecond, secondsLeft) = (.failed, nil, nil)
    }

    private mutating func setHolder(_ holder: ClaimHolder?, _ state: RunStatus.State, _ heartbeats: [Heartbeat]) {
        self.state = state
        self.holder = Claim.name(holder)
        guard let holder else { return }
        (run, hosts, ranks) = (Heartbeat.token(ofFile: holder.heartbeat), [holder.host], [holder.rank])
        // The claim is made before the first heartbeat of its case.
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

/// The time as the file system keeps it, asked for once, and not before somebody wants to know.
private final class OneClockReading {
    private let folder: String
    private(set) lazy var now = FileSystemClock.now(in: folder)

    init(in folder: String) { self.folder = folder }
}

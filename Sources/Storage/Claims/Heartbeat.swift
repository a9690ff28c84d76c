import Foundation
import Paths
package import Processes

/// The last reported state of a rank: for `status`, and for processes that decide whether its claims are still valid.
package struct Heartbeat: Codable, Sendable, Equatable {
    /// Seconds between two heartbeats within a phase.
    package static let interval = 10.0

    /// A name for this run of the program, the same on all its ranks.
    package var token: String
    /// The rank in MPI_COMM_WORLD, counted from 0.
    package var rank: Int
    /// The size of MPI_COMM_WORLD.
    package var ranks: Int
    /// The process; nil in a heartbeat by an older version.
    package var identity: ProcessIdentity?
    /// The host name, for messages only.
    package var host: String
    /// The process number, for messages only.
    package var pid: Int32
    /// The batch system's job id, if there is one.
    package var job: String?
    /// The current case, if there is one.
    package var caseIdentifier: String?
    /// The phase: "start", "preparation", "training", "evaluation", "between cases".
    package var phase: String
    /// The number of gradient steps made in the case.
    package var step: Int
    /// The current rate; 0 if unknown.
    package var stepsPerSecond: Double
    /// The ranks that work on this case together, ascending.
    package var teamRanks: [Int]
    /// The time of writing by this node's clock, in UTC (ISO 8601). Ages use the file's time stamp instead, because
    /// clocks differ.
    package var written: String

    /// The heartbeat of this process at this moment.
    package init(
        token: String, rank: Int, ranks: Int, caseIdentifier: String? = nil, phase: String, step: Int = 0,
        stepsPerSecond: Double = 0, teamRanks: [Int] = []
    ) {
        self.token = token
        self.rank = rank
        self.ranks = ranks
        identity = CurrentProcess.identity
        host = CurrentProcess.host
        pid = getpid()
        job = CurrentProcess.job
        self.caseIdentifier = caseIdentifier
        self.phase = phase
        self.step = step
        self.stepsPerSecond = stepsPerSecond.isFinite ? stepsPerSecond : 0
        self.teamRanks = teamRanks
        written = Date().formatted(.iso8601)
    }

    /// The folder of a run's heartbeats.
    package static func folder(in runFolder: String) -> String { "\(runFolder)/ranks" }

    /// The name of this heartbeat's file.
    package var fileName: String { Heartbeat.fileName(token: token, rank: rank) }

    /// The token in the name of a heartbeat file; nil for another name.
    package static func token(ofFile name: String) -> String? {
        name.range(of: "-rank-", options: .backwards).map { String(name[..<$0.lowerBound]) }
    }

    static func fileName(token: String, rank: Int) -> String {
        "\(token)-rank-\(rank.zeroPadded(to: 4)).json"
    }

    /// Whether its process is known to have ended; false if it ran on another machine.
    package var isOfEndedProcess: Bool { identity?.hasEnded == true }

    /// Removes heartbeats of processes that have ended, those too old to keep a claim valid, and unfinished files.
    /// Heartbeats of processes known to be alive stay, however old.
    package static func removeSilent(in runFolder: String) {
        for (heartbeat, age) in (try? readAll(in: runFolder)) ?? []
        where heartbeat.identity?.hasEnded ?? (age > Claim.staleAfter) {
            Paths.unlink("\(folder(in: runFolder))/\(heartbeat.fileName)")
        }
        DurableFile.removeUnfinished(in: folder(in: runFolder))
    }

    /// Reads all heartbeats in a run's folder by token and rank, each with its age in seconds.
    ///
    /// Skips files that are not complete heartbeats.
    ///
    /// - `now`: seconds since 1970 by the file system's clock; nil: determined by creating a file.
    /// - Throws: `HarnessError.io` when the folder cannot be listed.
    package static func readAll(
        in runFolder: String, now: Double? = nil
    ) throws -> [(heartbeat: Heartbeat, age: Double)] {
        let folder = folder(in: runFolder)
        let names = (try FileCalls.names(in: folder) ?? []).filter { $0.hasSuffix(".json") }
        guard !names.isEmpty else { return [] }
        let now = now ?? FileSystemClock.now(in: folder)
        let found = names.compactMap { name -> (heartbeat: Heartbeat, age: Double)? in
            let path = "\(folder)/\(name)"
            guard let data = try? FileCalls.current.contents(of: path),
                let heartbeat = try? JSONDecoder().decode(Heartbeat.self, from: data),
                let written = try? FileSystemClock.lastWrite(path)
            else { return nil }
            return (heartbeat, max(0, now - written))
        }
        return found.sorted { ($0.heartbeat.token, $0.heartbeat.rank) < ($1.heartbeat.token, $1.heartbeat.rank) }
    }
}

/// The file `ranks/TOKEN-rank-0003.json`, which this rank rewrites periodically.
///
/// It is replaced by an atomic rename but never synced, because it is worthless after a crash. It bypasses `FileCalls`:
/// heartbeats depend on the clock, so counting their calls would make injected faults unrepeatable.
package struct HeartbeatFile: Sendable {
    /// The file's name, for claims.
    package let name: String
    private let folder: String
    private var path: String { "\(folder)/\(name)" }

    /// - `folder`: the run's folder.
    /// - `token`: a name for this run of the program, part of the file's name.
    package init(folder: String, token: String, rank: Int) {
        self.folder = Heartbeat.folder(in: folder)
        name = Heartbeat.fileName(token: token, rank: rank)
    }

    /// Replaces the file; creates its folder if necessary.
    ///
    /// - Returns: whether it succeeded. Training continues without heartbeats.
    @discardableResult
    package func write(_ heartbeat: Heartbeat) -> Bool {
        guard let json = try? encodeJSON(heartbeat, as: .line) else { return false }
        if replace(with: json) { return true }
        return (try? DurableFile.makeFolder(folder)) != nil && replace(with: json)
    }

    /// Removes the file at the end of this rank, so that no process waits for it.
    @discardableResult
    package func remove() -> Bool { Paths.unlink(path) == 0 }

    private func replace(with json: Data) -> Bool {
        FileCalls.$current.withValue(.plain) { (try? DurableFile.writeUnsynced(json, to: path)) != nil }
    }
}

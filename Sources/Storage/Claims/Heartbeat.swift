import Foundation
import Paths
package import Processes

/// What a rank last said of itself: for `status`, and for others that wait for a case it has claimed.
package struct Heartbeat: Codable, Sendable, Equatable {
    /// Seconds between two heartbeats of a phase.
    package static let interval = 10.0

    /// Names the run of the program, the same on all its ranks.
    package var token: String
    /// Of MPI_COMM_WORLD, counted from 0.
    package var rank: Int
    /// The size of MPI_COMM_WORLD.
    package var ranks: Int
    /// The process; nil where an older program wrote it.
    package var identity: ProcessIdentity?
    /// The node's name for itself, for people.
    package var host: String
    /// For people.
    package var pid: Int32
    /// The batch system's number, if there is one.
    package var job: String?
    /// The case at hand, if there is one.
    package var caseIdentifier: String?
    /// "train", "evaluate", …
    package var phase: String
    /// Gradient steps of the case made.
    package var step: Int
    /// Lately; 0 where it is not known.
    package var stepsPerSecond: Double
    /// The ranks that work on this case together, in ascending order.
    package var teamRanks: [Int]
    /// When, by this node's clock, in UTC (ISO 8601). Ages are told by the file's time instead: clocks differ.
    package var written: String

    /// The heartbeat of this process, now.
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

    /// The folder of the heartbeats of a run.
    package static func folder(in runFolder: String) -> String { "\(runFolder)/ranks" }

    /// The name of its file.
    package var fileName: String { Heartbeat.fileName(token: token, rank: rank) }

    /// What the name of a heartbeat's file begins with; nil for another name.
    package static func token(ofFile name: String) -> String? {
        name.range(of: "-rank-", options: .backwards).map { String(name[..<$0.lowerBound]) }
    }

    static func fileName(token: String, rank: Int) -> String {
        let digits = String(rank)
        return "\(token)-rank-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).json"
    }

    /// Whether its process is known to be gone: on another machine that cannot be told.
    package var isGone: Bool { identity?.isGone == true }

    /// Removes those of processes that are gone, or that claims have stopped waiting for, and what is left of unfinished
    /// ones. Those of processes that are known to live stay, however silent they are.
    package static func removeSilent(in runFolder: String) {
        for (heartbeat, age) in (try? readAll(in: runFolder)) ?? []
        where heartbeat.identity?.isGone ?? (age > Claim.staleAfter) {
            Paths.unlink("\(folder(in: runFolder))/\(heartbeat.fileName)")
        }
        DurableFile.removeUnfinished(in: folder(in: runFolder))
    }

    /// All heartbeats in a run's folder by token and rank, each with its age in seconds.
    ///
    /// Files that are none, or not whole, are passed over.
    ///
    /// - Parameter now: seconds since 1970 by the clock of the file system; nil: it is asked, by making a file.
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

/// The file `ranks/TOKEN-rank-0003.json` that this rank writes again and again.
///
/// It is replaced in one move but never synced, and its calls are not those of `FileCalls`: it says how things are, is
/// worth nothing after a crash, and is written by the clock, so that counting its calls would make nothing repeatable.
package struct HeartbeatFile: Sendable {
    /// The file's name, for claims.
    package let name: String
    private let folder: String
    private var path: String { "\(folder)/\(name)" }

    /// - Parameters:
    ///   - folder: the run's.
    ///   - token: names the run of the program; it becomes a part of the file's name.
    package init(folder: String, token: String, rank: Int) {
        self.folder = Heartbeat.folder(in: folder)
        name = Heartbeat.fileName(token: token, rank: rank)
    }

    /// Replaces the file; its folder is made if need be.
    ///
    /// - Returns: whether it could be done. Training does not end for want of a heartbeat.
    @discardableResult
    package func write(_ heartbeat: Heartbeat) -> Bool {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(heartbeat) else { return false }
        if replace(with: json) { return true }
        return (try? DurableFile.makeFolder(folder)) != nil && replace(with: json)
    }

    /// Removes it: this rank has come to its end, and nobody need wait for it.
    @discardableResult
    package func remove() -> Bool { Paths.unlink(path) == 0 }

    private func replace(with json: Data) -> Bool {
        let temporary = path + DurableFile.temporarySuffix
        let descriptor = Paths.open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return false }
        let isWritten = json.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } == json.count
        guard close(descriptor) == 0, isWritten, Paths.rename(temporary, path) == 0 else {
            Paths.unlink(temporary)
            return false
        }
        return true
    }
}

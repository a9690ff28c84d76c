import Foundation

/// Who has claimed a case.
package struct ClaimHolder: Codable, Sendable, Equatable {
    /// The machine's name for itself.
    package var host: String
    package var pid: Int32
    /// Clock ticks from the machine's start to the process's: its number may be another one's later.
    package var processStart: UInt64
    /// Differs every time the machine is started.
    package var boot: String
    /// Within which `pid` means anything: containers of one machine count for themselves.
    package var processNumbers: String
    /// Of MPI_COMM_WORLD, counted from 0.
    package var rank: Int
    /// The batch system's number of the job, if there is one.
    package var job: String?
    /// The name of its heartbeat file, without a folder: nodes may have the run's folder under different paths.
    package var heartbeat: String

    /// This process.
    ///
    /// - Parameter heartbeat: `HeartbeatFile.name`. The file is to be there before the first claim.
    package static func ofThisProcess(rank: Int, heartbeat: String) -> ClaimHolder {
        ClaimHolder(
            host: ThisProcess.host, pid: getpid(), processStart: ThisProcess.start, boot: ThisProcess.boot,
            processNumbers: ThisProcess.processNumbers, rank: rank, job: ThisProcess.job, heartbeat: heartbeat)
    }

    /// "pid 123 on node7 (rank 3, job 42)".
    package var name: String {
        "pid \(pid) on \(host) (rank \(rank)\(job.map { ", job \($0)" } ?? ""))"
    }

    /// Whether it is known to be gone or alive; nil where this machine cannot tell.
    var isGone: Bool? {
        guard host == ThisProcess.host else { return nil }
        guard boot == ThisProcess.boot else { return true }  // It ran before the machine was started again.
        guard processNumbers == ThisProcess.processNumbers else { return nil }
        return !ThisProcess.isAlive(pid, start: processStart)
    }
}

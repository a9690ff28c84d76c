import Foundation
package import Processes

/// Who has claimed a case.
package struct ClaimHolder: Codable, Sendable, Equatable {
    /// The process; nil where an older program made the claim.
    package var identity: ProcessIdentity?
    /// The machine's name for itself, for people.
    package var host: String
    /// For people.
    package var pid: Int32
    /// Of MPI_COMM_WORLD, counted from 0.
    package var rank: Int
    /// The batch system's number of the job, for people; nil where there is none.
    package var job: String?
    /// The job, where it may be started again.
    package var batchJob: BatchJob?
    /// The name of its heartbeat file, without a folder: nodes may have the run's folder under different paths.
    package var heartbeat: String

    // What the program of before knew a process by: it reads no claim without. Nothing else looks at these.
    private var processStart: UInt64
    private var boot: String
    private var processNumbers: String

    /// This process.
    ///
    /// - Parameters:
    ///   - heartbeat: `HeartbeatFile.name`. The file is to be there before the first claim.
    ///   - batchJob: the job, as rank 0 knows it: a batch system may tell the ranks of other nodes nothing.
    package static func ofThisProcess(
        rank: Int, heartbeat: String, batchJob: BatchJob? = BatchJob.current
    ) -> ClaimHolder {
        ClaimHolder(
            identity: CurrentProcess.identity, host: CurrentProcess.host, pid: getpid(), rank: rank,
            job: CurrentProcess.job,
            batchJob: batchJob, heartbeat: heartbeat, processStart: CurrentProcess.start,
            boot: CurrentProcess.boot ?? "unknown", processNumbers: CurrentProcess.processNumbers ?? "unknown")
    }

    /// "pid 123 on node7 (rank 3, job 42)".
    package var name: String {
        "pid \(pid) on \(host) (rank \(rank)\(job.map { ", job \($0)" } ?? ""))"
    }

    /// Whether it is known to be gone or alive; nil where only its heartbeat can tell.
    package var isGone: Bool? { identity?.isGone }

    /// Whether it ended before the job of this process, which it was a part of, was started again.
    ///
    /// - Parameter now: the job of this process.
    package func isOfEarlierStart(of now: BatchJob?) -> Bool {
        guard let batchJob, let now else { return false }
        return batchJob.isBefore(now)
    }
}

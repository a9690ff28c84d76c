import Foundation
package import Processes

/// The process that has claimed a case.
package struct ClaimHolder: Codable, Sendable, Equatable {
    /// The process; nil in a claim by an older version.
    package var identity: ProcessIdentity?
    /// The host name, for messages only.
    package var host: String
    /// The process number, for messages only.
    package var pid: Int32
    /// The rank in MPI_COMM_WORLD, counted from 0.
    package var rank: Int
    /// The batch system's job id, for messages only; nil if there is none.
    package var job: String?
    /// The batch job, if it may be started again.
    package var batchJob: BatchJob?
    /// The name of the holder's heartbeat file, without its folder: nodes may mount the run folder under different
    /// paths.
    package var heartbeat: String

    // Older versions identify processes by these fields and reject claims without them. Nothing else uses them.
    private var processStart: UInt64
    private var boot: String
    private var processNumbers: String

    /// The holder that stands for this process.
    ///
    /// - Parameters:
    ///   - heartbeat: `HeartbeatFile.name`. The file has to exist before the first claim.
    ///   - batchJob: the job, as known by rank 0: the environment of other nodes may lack it.
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

    /// Whether the process has ended (true) or is alive (false); nil if only its heartbeat can tell.
    package var hasEnded: Bool? { identity?.hasEnded }

    /// Whether the holder belonged to this process's job and ended before the job was started again.
    ///
    /// - Parameter now: the job of this process.
    package func isOfEarlierStart(of now: BatchJob?) -> Bool {
        guard let batchJob, let now else { return false }
        return batchJob.isBefore(now)
    }
}

import Foundation

/// A job of a batch system that may be started again under its name: requeued, or resubmitted by itself.
///
/// A batch system starts a job again only after all processes of the previous start have ended.
package struct BatchJob: Codable, Sendable, Equatable {
    /// A name that is the same at all starts of the job and differs from every other job's: "slurm CLUSTER 12", or
    /// "slurm CLUSTER 12_3" for a task of an array.
    package var name: String
    /// Counters of earlier starts, compared lexicographically: the greater list is the later start.
    package var starts: [Int]

    package init(name: String, starts: [Int]) {
        self.name = name
        self.starts = starts
    }

    /// The job described by environment variables: Slurm's own, or `ACTIVE_BENCH_JOB` and `ACTIVE_BENCH_JOB_STARTS`
    /// ("2 1": numbers separated by blanks). The script for PBS sets these: the number of its first job, how many jobs
    /// followed, and the last one's `run_count`. nil if there is no job.
    package init?(variables: [String: String]) {
        func value(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let job = value("ACTIVE_BENCH_JOB") {
            name = "job \(job)"
            starts = (value("ACTIVE_BENCH_JOB_STARTS") ?? "").split(separator: " ").map { Int($0) ?? 0 }
        } else if let job = value("SLURM_JOB_ID") {
            let task = value("SLURM_ARRAY_JOB_ID").flatMap { array in
                value("SLURM_ARRAY_TASK_ID").map { "\(array)_\($0)" }
            }
            name = "slurm \(value("SLURM_CLUSTER_NAME") ?? "") \(task ?? job)"
            starts = [value("SLURM_RESTART_COUNT").flatMap { Int($0) } ?? 0]
        } else {
            return nil
        }
    }

    /// The job that this process belongs to.
    package static var current: BatchJob? { BatchJob(variables: ProcessInfo.processInfo.environment) }

    /// Whether all processes of this start have ended because the same job has been started again.
    package func isBefore(_ now: BatchJob) -> Bool { name == now.name && starts.lexicographicallyPrecedes(now.starts) }
}

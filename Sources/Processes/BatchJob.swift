import Foundation

/// A job of a batch system that may be started again under its name: after a requeue, or because it submitted itself once more.
///
/// A batch system starts a job again only when all processes of the start before have ended.
package struct BatchJob: Codable, Sendable, Equatable {
    /// The same at all starts of the job, and no other job's: "slurm CLUSTER 12", "slurm CLUSTER 12_3" for a task of an array.
    package var name: String
    /// How often it was started before. Of two starts the first number that differs tells which came later.
    package var starts: [Int]

    package init(name: String, starts: [Int]) {
        self.name = name
        self.starts = starts
    }

    /// What the environment tells of a job: Slurm's own variables, or `ACTIVE_BENCH_JOB` and `ACTIVE_BENCH_JOB_STARTS`
    /// ("2 1": numbers with blanks between), by which the script for PBS hands on the number of the first of its jobs, how
    /// many followed it and the last one's `run_count`. nil where it tells of none.
    package init?(environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
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

    /// The job that this process is a part of.
    package static var current: BatchJob? { BatchJob(environment: ProcessInfo.processInfo.environment) }

    /// Whether all processes of this start have ended, because the same job has been started again since.
    package func isBefore(_ now: BatchJob) -> Bool { name == now.name && starts.lexicographicallyPrecedes(now.starts) }
}

package import Failures

/// The error that the launcher started more or fewer processes than MPI_COMM_WORLD has ranks.
///
/// The usual cause is a plain `srun` with an MPI library without support for Slurm's process management: each of the n
/// processes silently becomes rank 0 of 1 (open-mpi/ompi#13523) and would run the whole study, overwriting the others' files.
package struct LauncherMismatch: ExitCoded, Equatable, Sendable, CustomStringConvertible {
    /// The environment variable with the launcher's count.
    package let variable: String
    /// The number of processes that the launcher started.
    package let started: Int
    /// The size of MPI_COMM_WORLD.
    package let worldSize: Int

    package init(variable: String, started: Int, worldSize: Int) {
        self.variable = variable
        self.started = started
        self.worldSize = worldSize
    }

    /// One sentence and a hint.
    package var description: String {
        """
        MPI sees \(worldSize) rank\(worldSize == 1 ? "" : "s"), but \(variable)=\(started) processes were started: \
        they would not work together. Start with mpirun of the MPI library this program was built with, or with an \
        `srun --mpi=TYPE` that the library supports (`srun --mpi=list`).
        """
    }

    package var exitStatus: ExitStatus { .badInput }
}

/// Compares the size of MPI_COMM_WORLD with the launcher's count in the environment.
///
/// A process started without a launcher passes, and so does `mpirun -n k` inside a larger Slurm allocation: mpirun's own
/// variables are read first. `SLURM_NTASKS` alone is no evidence, as a batch script has it too.
///
/// - `variable`: returns the value of an environment variable.
/// - Throws: `LauncherMismatch`.
package func checkLauncher(worldSize: Int, variable: (String) -> String?) throws {
    for name in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"] {
        guard let started = variable(name).flatMap({ Int($0) }) else { continue }
        guard started == worldSize else {
            throw LauncherMismatch(variable: name, started: started, worldSize: worldSize)
        }
        return
    }
    // More than one rank is proof enough: the parts of a heterogeneous job each have their own task count.
    guard worldSize == 1, isInsideSlurmStep(variable) else { return }
    for name in ["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"] {
        guard let started = variable(name).flatMap({ Int($0) }) else { continue }
        guard started <= 1 else {
            throw LauncherMismatch(variable: name, started: started, worldSize: worldSize)
        }
        return
    }
}

/// Returns whether this process is a task of a step that srun started. Batch scripts and interactive shells are steps too,
/// with ids at the top of 32 bits or with names.
private func isInsideSlurmStep(_ variable: (String) -> String?) -> Bool {
    guard variable("SLURM_PROCID") != nil, let step = variable("SLURM_STEP_ID").flatMap({ UInt32($0) }) else {
        return false
    }
    return step < 0xFFFF_FFF0
}

import ProgramRuns

extension ChildProcess {
    /// Runs `mpi-exercise` with one argument on `ranks` ranks under mpirun.
    static func exercise(_ name: String, ranks: Int) throws -> ChildProcess {
        try run("mpi-exercise", [name], ranks: ranks)
    }

    /// Runs `mpi-exercise` alone, without a launcher; `prefix` is put before the command.
    static func exerciseAlone(
        _ name: String, prefix: [String] = [], environment: [String: String] = [:]
    ) throws -> ChildProcess {
        try run("mpi-exercise", [name], prefix: prefix, environment: environment)
    }
}

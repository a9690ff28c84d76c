import Foundation

/// What a program wrote and how it ended.
struct ChildProcess {
    let exitCode: Int32
    /// Standard output and standard error, as they came.
    let output: String
    let seconds: Double

    /// Runs `mpi-exercise` with one argument on `ranks` ranks under mpirun, on however few cores. A missing mpirun gives
    /// exit code 127, a run longer than 40 s 124.
    static func exercise(_ name: String, ranks: Int) throws -> ChildProcess {
        try run(["timeout", "-k", "5", "40", "mpirun", "-n", "\(ranks)", exercisePath, name])
    }

    /// Runs `mpi-exercise` alone, without a launcher, after the words of `prefix`.
    static func exerciseAlone(
        _ name: String, prefix: [String] = [], environment: [String: String] = [:]
    ) throws -> ChildProcess {
        try run(["timeout", "-k", "5", "40"] + prefix + [exercisePath, name], environment: environment)
    }

    /// The program built beside this test bundle.
    private static let exercisePath = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("mpi-exercise").path

    private static func run(_ command: [String], environment: [String: String] = [:]) throws -> ChildProcess {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.environment = cleanEnvironment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        // A file, not a pipe: a daemon of the MPI library that outlives the program would keep a pipe open.
        let log = FileManager.default.temporaryDirectory.appendingPathComponent("mpi-exercise-\(UUID().uuidString).log")
        try Data().write(to: log)
        defer { try? FileManager.default.removeItem(at: log) }
        let handle = try FileHandle(forWritingTo: log)
        process.standardOutput = handle
        process.standardError = handle
        let start = ContinuousClock.now
        try process.run()
        process.waitUntilExit()
        return ChildProcess(
            exitCode: process.terminationStatus, output: String(decoding: try Data(contentsOf: log), as: UTF8.self),
            seconds: (ContinuousClock.now - start) / .seconds(1))
    }

    /// This process's environment without what an outer launcher or batch system put there, and with what lets any
    /// number of ranks share the cores of a test machine (Open MPI 4 and 5).
    private static let cleanEnvironment: [String: String] = {
        let launchers = ["OMPI_", "ORTE_", "PMI", "PRTE_", "SLURM_"]
        return ProcessInfo.processInfo.environment
            .filter { name, _ in !launchers.contains { name.hasPrefix($0) } }
            .merging([
                "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                "OMPI_MCA_mpi_yield_when_idle": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
                "OMPI_MCA_hwloc_base_binding_policy": "none",
                "PRTE_ALLOW_RUN_AS_ROOT": "1", "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
            ]) { $1 }
    }()
}

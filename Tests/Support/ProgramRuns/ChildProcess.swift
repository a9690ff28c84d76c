package import Foundation

/// The output of a program that has ended, and its exit status.
package struct ChildProcess: Sendable {
    package let exitCode: Int32
    package let standardOutput: String
    package let standardError: String

    /// Standard output, then standard error.
    package var output: String { standardOutput + standardError }

    /// The number of seconds after which a program counts as hanging. It
    /// tests no speed: an idle machine needs a hundredth.
    package static let hangLimit = 300

    /// Runs to its end a program in the folder of this test bundle, or at an absolute path. A program that is still
    /// running after `limit` seconds is killed and gives exit code 124.
    ///
    /// - Parameters:
    ///   - ranks: the number of ranks under mpirun, which may exceed the number of cores; nil runs one process without
    ///     a launcher. A missing mpirun gives exit code 127.
    ///   - prefix: words put before the program's path, such as another launcher.
    package static func run(
        _ program: String, _ arguments: [String], ranks: Int? = nil, prefix: [String] = [],
        environment: [String: String] = [:], limit: Int = hangLimit
    ) throws -> ChildProcess {
        try RunningProcess(
            program, arguments, ranks: ranks, prefix: prefix, environment: environment, limit: limit
        ).end()
    }
}

/// A program that has been started.
package final class RunningProcess {
    private let process = Process()
    private let folder: URL

    /// Starts a program; the parameters are those of `ChildProcess.run`.
    package init(
        _ program: String, _ arguments: [String], ranks: Int? = nil, prefix: [String] = [],
        environment: [String: String] = [:], limit: Int = ChildProcess.hangLimit
    ) throws {
        let launcher = ranks.map { ["mpirun", "-n", "\($0)"] } ?? []
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["timeout", "-k", "5", "\(limit)"] + launcher + prefix + [RunningProcess.path(of: program)] + arguments
        process.environment = RunningProcess.cleanEnvironment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        // Files, not pipes: a daemon of the MPI library that outlives the program would keep a pipe open.
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("\((program as NSString).lastPathComponent)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process.standardOutput = try handle("output")
        process.standardError = try handle("error")
        try withoutBlockedSignals { try process.run() }
    }

    /// Unblocks signals while a process starts: the test's thread blocks
    /// them, and the process and mpirun would inherit that.
    private func withoutBlockedSignals(_ start: () throws -> Void) rethrows {
        var none = sigset_t()
        var own = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &own)
        defer { pthread_sigmask(SIG_SETMASK, &own, nil) }
        try start()
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Whether the program is still running.
    package var isRunning: Bool { process.isRunning }

    /// The text that the program has written to standard error so far.
    package var standardError: String { (try? written("error")) ?? "" }

    /// Sends SIGTERM to the program.
    package func terminate() { process.terminate() }

    /// Waits for the program's end; returns its output.
    package func end() throws -> ChildProcess {
        process.waitUntilExit()
        return ChildProcess(
            exitCode: process.terminationStatus, standardOutput: try written("output"),
            standardError: try written("error"))
    }

    /// The path of a program in the folder of this test bundle; an absolute path is returned unchanged.
    package static func path(of program: String) -> String {
        if program.hasPrefix("/") { return program }
        return URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent(program).path
    }

    /// The processes of `program` with `argument` on their command line: the ranks of a run, or with "mpirun" their
    /// launcher.
    package static func identifiers(of program: String, withArgument argument: String) -> [pid_t] {
        let numbers = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
        return numbers.sorted().filter { number in
            guard let line = try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8) else {
                return false
            }
            let words = line.split(separator: "\0")
            guard let first = words.first, first == program || first.hasSuffix("/" + program) else { return false }
            return words.contains { $0 == argument }
        }
    }

    private func handle(_ name: String) throws -> FileHandle {
        let file = folder.appendingPathComponent(name)
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }

    private func written(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
    }

    /// This process's environment without variables of an outer launcher or batch system, and with variables that let
    /// any number of ranks share the cores of a test machine (Open MPI 4 and 5).
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

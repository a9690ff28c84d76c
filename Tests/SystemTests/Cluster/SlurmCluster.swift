import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// A private Slurm on this machine that ends with the test: two nodes on loopback, two processors each.
final class SlurmCluster {
    private let folder = TemporaryFolder()
    private let daemons: RunningProcess

    /// Starts the daemons; fails with their output if they do not run, for example without root or the packages.
    init() throws {
        let script = Repository.path("Tests/Support/slurm/cluster.sh")
        daemons = try RunningProcess(
            "/bin/bash", [script, folder.path, "2", "2", "\(getpid())", "\(Self.limit)"], limit: Self.limit + 5)
        let ready = folder("ready")
        waitUntil("the daemons", orEndOf: daemons) { FileManager.default.fileExists(atPath: ready) }
        if !FileManager.default.fileExists(atPath: ready) {
            daemons.terminate()
            throw Failure(message: "no Slurm: \(try daemons.end().output)")
        }
    }

    deinit {
        daemons.terminate()
        _ = try? daemons.end()
    }

    /// The longest life of a cluster, in seconds: longer than any test, so that a crashed one leaves no daemons.
    private static let limit = 2 * ChildProcess.hangLimit

    struct Failure: Error, CustomStringConvertible {
        let message: String
        var description: String { message }
    }

    /// Runs one of Slurm's commands; returns its output.
    @discardableResult
    func command(_ words: String..., environment: [String: String] = [:]) throws -> String {
        let child = try ChildProcess.run(
            "/usr/bin/" + words[0], Array(words.dropFirst()),
            environment: environment.merging(["SLURM_CONF": folder("slurm.conf")]) { $1 })
        guard child.exitCode == 0 else {
            throw Failure(message: "\(words) ended with \(child.exitCode): \(child.output)")
        }
        return child.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Submits a script of `jobs/slurm` with the small study `study` and
    /// the run folder `out`; returns the job's number.
    ///
    /// Both nodes are this machine. By default each would bind its first rank to the same core,
    /// and Open MPI would reach the other node by any interface but loopback.
    func submit(
        _ script: String, _ options: String..., launcher: String, study: String, out: String, log: String,
        binary: String = RunningProcess.path(of: "active-bench"), environment: [String: String] = [:]
    ) throws -> String {
        let arguments = ["--parsable", "--time=30", "--output=\(log)"] + options
        let child = try ChildProcess.run(
            "/usr/bin/sbatch", arguments + [Repository.path("jobs/slurm/\(script)")],
            environment: [
                "SLURM_CONF": folder("slurm.conf"), "REPOSITORY": Repository.path(""), "STUDY": study, "OUT": out,
                "BINARY": binary, "LAUNCHER": launcher, "OMPI_MCA_odls_base_sigkill_timeout": "1",
                "ACTIVE_BENCH_DATA": SystemRun.inputs.path, "OMPI_MCA_pml": "ob1",
                "OMPI_MCA_btl_tcp_if_include": "lo", "OMPI_MCA_oob_tcp_if_include": "lo",
            ].merging(environment) { $1 })
        guard child.exitCode == 0 else {
            throw Failure(message: "sbatch ended with \(child.exitCode): \(child.output)")
        }
        return child.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Waits for a job's end; returns the states in which the job and all tasks of an array ended.
    func states(atTheEndOf job: String) throws -> Set<String> {
        var states: Set<String> = []
        waitUntil("the end of job \(job)", every: 0.1) {
            let lines = try? command("squeue", "--noheader", "--array", "--states=all", "--jobs=\(job)", "--format=%T")
            states = Set((lines ?? "UNKNOWN").split(separator: "\n").map { String($0) })
            return states.isSubset(of: ["COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL"])
        }
        return states
    }

    /// The number of times that a job or a task (`12_1`) was restarted.
    func restarts(of job: String) throws -> Int? {
        try command("scontrol", "show", "job", job).firstMatch(of: /Restarts=(\d+)/).flatMap { Int($0.1) }
    }
}

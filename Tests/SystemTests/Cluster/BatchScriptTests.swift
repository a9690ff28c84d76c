import Foundation
import Paths
import ProgramRuns
import ScratchFiles
import Testing

/// The batch scripts' reaction to every end of a run, with scripts in place of active-bench, Slurm and PBS.
@Suite struct BatchScriptTests {
    let folder = TemporaryFolder()

    init() {
        // The file `end` holds the run's exit code; "signal" waits for SIGUSR1 and then ends as the program does.
        program("active-bench", looking + "echo \"$*\" >>arguments\nenv >environment\nread -r end <end\n" + waiting)
        program("scontrol", "echo \"$*\" >>requests")
        program("qsub", "echo \"$*\" >>requests\nenv >environment\necho 9.server")
        program("qstat", "printf '    Resource_List.select = 4:ncpus=32:\\n\\tmpiprocs=32\\n'\n" + qstat)
    }

    /// The file `others` holds the exit codes of `status --others-at-work`, one line for each call; 0 once it is empty.
    private let looking = """
        if [ "$1" = status ]; then
            echo "$*" >>looks
            end=$(sed -n 1p others 2>/dev/null)
            [ -z "$end" ] || sed -i 1d others
            [ "$end" != wait ] || exec sleep 10000
            exit "${end:-0}"
        fi
        [ "$1" = run ] || exit 0

        """
    private let waiting = """
        [ "$end" = signal ] || exit "$end"
        trap 'exit 75' USR1
        touch waiting
        i=0
        while [ $i -lt 6000 ]; do sleep 0.05; i=$((i + 1)); done
        """
    private let qstat = "printf '    Resource_List.walltime = 01:00:00\\n    queue = long\\n    run_count = 3\\n'"

    private func program(_ name: String, _ lines: String) {
        put("#!/bin/sh\ncd '\(folder.path)'\n\(lines)\n".utf8, at: folder(name))
        chmod(folder(name), 0o755)
    }

    /// - Parameter streams: redirections of the script's standard streams, in Bash's syntax.
    private func start(
        _ script: String, end: String, _ environment: [String: String], streams: String = ""
    ) throws -> RunningProcess {
        put("\(end)\n".utf8, at: folder("end"))
        put("host\nhost\n".utf8, at: folder("nodes"))
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return try RunningProcess(
            "/bin/bash", ["-c", "exec /bin/bash \"$0\" \(streams)", Repository.path("jobs/\(script)")],
            environment: [
                "PATH": "\(folder.path):\(path)", "REPOSITORY": Repository.path(""), "LAUNCHER": "env",
                "BINARY": folder("active-bench"), "STUDY": "a.yaml", "OUT": folder("out"), "HOME": folder.path,
                "SLURM_JOB_ID": "12", "PBS_JOBID": "7.server", "PBS_NODEFILE": folder("nodes"),
            ].merging(environment) { $1 })
    }

    private func lines(_ name: String) -> [String] { text(of: folder(name)).split(separator: "\n").map { String($0) } }

    /// The number of requeue requests in five starts of one job that all end alike.
    @Test(arguments: [
        (0, 0), (64, 0), (65, 0), (69, 0), (70, 0), (74, 0), (1, 0), (134, 0), (75, 5), (71, 1), (137, 3), (143, 3),
        (138, 3), (205, 3),
    ])
    func requeues(code: Int32, count: Int) throws {
        for restart in 0..<5 {
            let child = try start(
                "slurm/table.sbatch", end: "\(code)", ["SLURM_RESTART_COUNT": "\(restart)", "MAX_HOURS": "0.001"]
            ).end()
            #expect(child.exitCode == code, "\(child.output)")
        }
        #expect(lines("requests") == Array(repeating: "requeue 12", count: count))
        #expect(lines("arguments").count == 5)
    }

    /// Without a writable log the messages are lost, but the job does its work.
    @Test(arguments: [">/dev/full 2>&1", ">&- 2>&-", "2>&- <&-"])
    func aJobWorksWithoutALog(streams: String) throws {
        let child = try start("slurm/table.sbatch", end: "71", [:], streams: streams).end()
        #expect(child.exitCode == 71 && lines("requests") == ["requeue 12"], "\(child.output)")
    }

    /// A hang after other failures still counts as the first hang; each job counts its own failures.
    @Test func failuresAreCountedByJobAndKind() throws {
        let ends = [("12", "137", 1), ("12", "71", 2), ("12", "205", 3), ("12", "205", 3), ("1", "205", 4)]
        for (job, code, requests) in ends {
            _ = try start("slurm/table.sbatch", end: code, ["SLURM_JOB_ID": job]).end()
            #expect(lines("requests").count == requests, "after \(code) of job \(job)")
        }
        #expect(lines("out/logs/restarts.log").count == 5)
    }

    @Test(arguments: ["75", "137"]) func requeuesAreLimited(code: String) throws {
        let restarts = ["SLURM_RESTART_COUNT": "50", "MAX_HOURS": "0.001"]
        _ = try start("slurm/table.sbatch", end: code, restarts).end()
        #expect(lines("requests").isEmpty)
        _ = try start("slurm/table.sbatch", end: code, restarts.merging(["MAX_RESTARTS": "51"]) { $1 }).end()
        #expect(lines("requests") == ["requeue 12"])
    }

    @Test func aTaskOfAnArrayIsRequeuedByItself() throws {
        let child = try start(
            "slurm/array.sbatch", end: "75",
            ["SLURM_ARRAY_JOB_ID": "12", "SLURM_ARRAY_TASK_ID": "3", "MAX_HOURS": "0.001"]
        ).end()
        #expect(lines("requests") == ["requeue 12_3"], "\(child.output)")
    }

    /// A task that finds other tasks at work on all remaining cases has done its part and says so; if a case is free it
    /// goes on. If a user stopped the run, or the state of the others is unknown, it has not.
    @Test(arguments: ["slurm/array.sbatch", "pbs/table.pbs"]) func runsThatEndWithoutARequest(script: String) throws {
        func end(others: String, _ knobs: [String: String] = [:]) throws -> ChildProcess {
            for name in ["arguments", "looks"] { unlink(folder(name)) }
            put(others.utf8, at: folder("others"))
            return try start(script, end: "75", knobs).end()
        }
        let done = try end(others: "")
        #expect(done.exitCode == 0 && done.standardError.contains("in progress in other jobs\n"), "\(done.output)")
        #expect(lines("arguments").count == 1 && lines("looks") == ["status \(folder("out")) --others-at-work"])
        #expect(try end(others: "75\n75\n", ["MAX_HOURS": "1"]).exitCode == 0)
        #expect(lines("arguments").count == 3 && lines("looks").count == 3)
        let hours = lines("arguments").compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
        #expect(hours.count == 3 && hours[0] == 1 && hours[2] <= 1 && hours[2] > 0.8, "\(hours)")
        #expect(try end(others: "74\n").exitCode == 75)
        #expect(lines("arguments").count == 1)
        try FileManager.default.createDirectory(atPath: folder("out"), withIntermediateDirectories: true)
        put([], at: folder("out/STOP"))
        #expect(try end(others: "").exitCode == 75 && lines("looks").isEmpty)
        #expect(lines("requests").isEmpty)
    }

    /// Other jobs are watched only until the run's time limit, five seconds less: then the job requests another start, as
    /// after any end by time. A script in place of timeout(1) passes on a fifth of a second.
    @Test(arguments: ["slurm/table.sbatch", "pbs/table.pbs"]) func theWatchEndsAtTheTimeLimit(script: String) throws {
        program(
            "timeout",
            """
            [ "$1" = --foreground ] || exec /usr/bin/timeout "$@" # the test's own
            echo "$*" >>watches
            shift 3
            exec /usr/bin/timeout --foreground --signal=USR1 0.2 "$@"
            """)
        put("wait\n".utf8, at: folder("others"))
        let child = try start(script, end: "75", ["MAX_HOURS": "1"]).end()
        let watch = try #require(lines("watches").first?.split(separator: " "), "\(child.output)")
        #expect(lines("watches").count == 1 && watch[..<2] == ["--foreground", "--signal=USR1"])
        #expect((3000...3595).contains(try #require(Double(watch[2]))), "\(watch)")
        #expect(
            watch[3...].joined(separator: " ") == "\(folder("active-bench")) status \(folder("out")) --others-at-work")
        #expect(child.exitCode == 75 && lines("requests").count == 1, "\(child.output)")
        #expect(child.standardError.contains("MAX_HOURS have passed: no other job was seen at work"), "\(child.output)")
    }

    /// The program receives the job's name and start count, which identify
    /// claims of earlier starts, and mpirun's timeout.
    @Test func theProgramReceivesJobAndStartCount() throws {
        let knobs = ["RESTARTS": "2", "FIRST_JOB": "5.server"]
        #expect(try start("pbs/table.pbs", end: "0", knobs).end().exitCode == 0)
        let environment = Set(lines("environment"))
        #expect(environment.isSuperset(of: ["ACTIVE_BENCH_JOB=5.server", "ACTIVE_BENCH_JOB_STARTS=2 3"]))
        #expect(environment.contains("OMPI_MCA_odls_base_sigkill_timeout=10"))
    }

    @Test func theVariablesAreTheProgramsOptions() throws {
        let knobs = ["TEAM_SIZE": "4", "CHECKPOINT_MINUTES": "5", "HANG_TIMEOUT": "900", "MAX_HOURS": "23.5"]
        #expect(try start("slurm/table.sbatch", end: "0", knobs).end().exitCode == 0)
        #expect(try start("slurm/table.sbatch", end: "0", [:]).end().exitCode == 0)
        let plain = "run a.yaml --out \(folder("out"))"
        let options = " --team-size 4 --checkpoint-minutes 5 --hang-timeout 900 --max-hours 23.5"
        #expect(lines("arguments") == [plain + options, plain])
    }

    /// The warning before the time limit leads to another start; a user who ends a job by SIGTERM does not want one.
    @Test(arguments: ["slurm/table.sbatch", "pbs/table.pbs"], [(SIGUSR1, 1), (SIGTERM, 0)])
    func aSignalStopsTheRun(script: String, signal: (number: Int32, requests: Int)) throws {
        let job = try start(script, end: "signal", [:])
        waitUntil("the program", orEndOf: job) { folder.contents.contains("waiting") }
        let path = Repository.path("jobs/\(script)")
        let shells = RunningProcess.identifiers(of: "bash", withArgument: path)
        kill(try #require(shells.first), signal.number)
        let end = try job.end()
        #expect(end.exitCode == 75, "\(end.output)")
        #expect(lines("requests").count == signal.requests, "\(end.output)")
    }

    /// Under PBS the job is submitted once more, to run after this one, with the settings in the environment.
    @Test func pbsSubmitsTheSameJobAgain() throws {
        let done = try start("pbs/table.pbs", end: "0", [:]).end()
        #expect(done.exitCode == 0 && lines("requests").isEmpty, "\(done.output)")
        let knobs = ["RESTARTS": "2", "FIRST_JOB": "5.server", "MAX_HOURS": "0.001"]
        let child = try start("pbs/table.pbs", end: "75", knobs).end()
        #expect(child.exitCode == 75, "\(child.output)")
        let request = try #require(lines("requests").first)
        #expect(
            request.hasPrefix(
                "-l select=4:ncpus=32:mpiprocs=32 -l walltime=01:00:00 -q long -W depend=afterany:7.server -v REPOSITORY,"
            ) && request.hasSuffix(" " + Repository.path("jobs/pbs/table.pbs")), "\(request)")
        let environment = Set(lines("environment"))
        #expect(environment.isSuperset(of: ["RESTARTS=3", "FIRST_JOB=5.server", "STUDY=a.yaml", "MAX_HOURS=0.001"]))
        // An hour less the five minutes' notice, and less the seconds that have passed.
        let hours = try #require(lines("arguments").first?.split(separator: " ").last.flatMap { Double($0) })
        #expect((0.8...0.917).contains(hours))
        #expect(child.standardError.contains("submitted again as 9.server\n"))
    }

    /// The first answers of qstat, whether the run has a time limit, and whether the job is submitted again.
    @Test(arguments: [
        ("fail ok", true, true), ("fail fail ok", true, true), ("empty ok", true, true),
        ("ok fail fail fail", true, true),
        ("fail fail fail", false, true), ("fail fail fail fail fail fail", false, false),
    ])
    func aServerThatDoesNotAnswer(answers: String, hasHours: Bool, isSubmitted: Bool) throws {
        put(answers.replacing(" ", with: "\n").utf8, at: folder("answers"))
        let first = "answer=$(sed -n 1p answers)\nsed -i 1d answers\n[ \"$answer\" != fail ] || exit 1\n"
        program("qstat", first + "[ \"$answer\" != empty ] || exit 0\n" + qstat)
        let job = try start("pbs/table.pbs", end: "signal", ["QSTAT_PAUSE": "0"])
        waitUntil("the program", orEndOf: job) { folder.contents.contains("waiting") }
        let shells = RunningProcess.identifiers(of: "bash", withArgument: Repository.path("jobs/pbs/table.pbs"))
        kill(try #require(shells.first), SIGUSR1)
        let child = try job.end()
        #expect(child.exitCode == 75, "\(child.output)")
        #expect(lines("arguments").first?.contains("--max-hours") == hasHours, "\(child.output)")
        #expect(child.standardError.contains("does not say how long") == !hasHours)
        #expect(child.standardError.contains("submit it again by hand") == !isSubmitted)
        #expect(lines("requests").count == (isSubmitted ? 1 : 0))
        let request = "-l walltime=01:00:00 -q long -W "
        #expect(lines("requests").allSatisfy { $0.hasPrefix(request) }, "\(child.output)")
    }
}

import ArgumentParser
import Cases
import Failures
import Foundation
import MPI
import Report
import Runs
import Studies
import Supervision

/// `active-bench run`: runs a study on all ranks.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train and evaluate every case of a study, distributed over MPI ranks.",
        discussion: """
            mpirun -n 2 active-bench run jobs/studies/quickstart.yaml --out runs/quickstart

            A second run into the same folder keeps finished cases and resumes the others from their checkpoints; several \
            jobs may work on one folder. Ctrl-C (SIGINT), SIGHUP, SIGTERM, SIGUSR1, --max-hours or a file STOP in the folder \
            stop all cases with a checkpoint; a second signal ends the run at once. Of these signals, mpirun forwards only \
            SIGUSR1.

            Exit codes: 0 every case is done; 64 usage, 65 bad input, 69 a library or an environment's files are missing, 70 bug, \
            71 a rank made no progress, 74 input or output failed, 75 stopped before all was done, or the open cases are \
            in use by other jobs: run it again later (see `active-bench status`).
            """)

    @Argument(help: "Study file (YAML).")
    var study: String
    @Option(help: "Run folder; created if it does not exist.")
    var out: String
    @Option(help: "Ranks that work on a case together, or auto. (default: the study's team_size, or 1)")
    var teamSize: TeamSize?
    @OptionGroup var stopping: StopOptions
    @Flag(help: "Keep a checkpoint of the last step for each finished case.")
    var keepCheckpoints = false
    @Option(help: "Seconds without progress on a rank after which the job ends with code 71; 0 for never.")
    var hangTimeout = 1800.0

    func validate() throws {
        guard (0...1e6).contains(hangTimeout) else {
            throw ValidationError("--hang-timeout: expected 0 or more seconds, found \(hangTimeout)")
        }
    }

    func run() throws {
        runOnAllRanks { world in
            Supervision.listenForStop(tells: world.rank == 0)
            var loss: (any Error)?
            let ending = try StudyRun(studyPath: study, output: out, options: options, world: world).run { table in
                // The run is complete, and the table is in the folder: a failed print must not end the job.
                do { try emit(table.markdown()) } catch { loss = error }
            }
            Supervision.ignoreStops()
            if let loss {
                say(loss)
                return ExitStatus(for: loss)
            }
            return ending == .finished ? .done : .stopped
        }
    }

    private var options: RunOptions {
        var options = RunOptions()
        options.teamSize = teamSize
        options.checkpoints = stopping.rule
        options.checkpoints.keepsLast = keepCheckpoints
        options.maximumHours = stopping.maxHours
        options.hangTimeout = hangTimeout > 0 ? hangTimeout : nil
        return options
    }
}

extension TeamSize: ExpressibleByArgument {
    /// Parses "4" or "auto" on the command line.
    package init?(argument: String) { self.init(argument) }
}

import ArgumentParser
import Foundation
import Harness

/// `active-bench run`: a study, on all ranks.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train and evaluate every case of a study, shared out over MPI ranks.",
        discussion: """
            mpirun -n 2 active-bench run jobs/studies/quickstart.yaml --out runs/quickstart

            A second run into the same folder keeps what is done and does the rest. Exit codes: 0 done, 64 usage, \
            65 bad input, 69 a library or an environment's files are missing, 70 bug, 74 input or output failed.
            """)

    @Argument(help: "Study file (YAML).")
    var study: String
    @Option(help: "Run folder; made if it is not there.")
    var out: String

    func run() throws {
        runOnAllRanks { world in
            if let table = try StudyRun(studyPath: study, output: out, world: world).run() {
                print(table.markdown(), terminator: "")
                fflush(nil)
            }
        }
    }
}

import ArgumentParser
import Foundation
import Numerics

/// The command line of active-bench.
@main
struct ActiveBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "active-bench",
        abstract: "Benchmark offline reinforcement learning (ACTIVE and its baselines) over MPI ranks.",
        subcommands: [
            ConfigCommand.self, PlanCommand.self, Run.self, Status.self, Table.self, Evaluate.self, Render.self,
            Collect.self,
            DataCommand.self, Bench.self, Scale.self, Conform.self, ProbeLikelihood.self, Info.self,
        ])

    static func main() {
        // A limit on the size of files is to be an error of the call that meets it, not a death without a word.
        signal(SIGXFSZ, SIG_IGN)
        chooseKernels()
        BLASLibrary.useOneThread()
        Self.main(nil)
    }
}

import ArgumentParser
import Cases
import Console
import Failures
import Foundation
import Storage
import Studies

/// `active-bench probe-likelihood`: measures which values of H_D a dataset allows.
struct ProbeLikelihood: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Train behaviour cloning on a dataset and report L_BC, the likelihood that ACTIVE's H_D must stay below.",
        discussion: """
            Prints the values of target_log_likelihood to sweep, H_D = L_BC - k·A for k = 0, 1/4, 1/2, 1, 2, and writes \
            them to OUT/DATASET.json. If the policy cannot reach H_D, β diverges.

            active-bench probe-likelihood mine.hdf5 --environment hopper --presets hopper-medium
            """)

    @Argument(help: "Dataset, or path of a file of your own.")
    var dataset: String
    @OptionGroup var own: OwnFileOptions
    @Option(help: "Gradient steps of behaviour cloning.")
    var steps = 100_000
    @Option(help: "Seed of all random numbers.")
    var seed = 0
    @Option(help: "Folder for DATASET.json.")
    var out = "results/likelihood"

    func validate() throws {
        guard steps > 0, seed >= 0 else {
            throw ValidationError("--steps and --seed: expected a positive number and 0 or more")
        }
    }

    func run() throws {
        try runAlone {
            try DurableFile.makeFolder(out)  // before minutes of training
            let report = try LikelihoodProbe(own.dataset(dataset), steps: steps, seed: seed).run { step, likelihood in
                Console.note(String(format: "step %d  E[log π] of the batch %.3f", step, likelihood))
            }
            try report.write(to: out)
            try emit(
                String(format: "%@: L_BC = %.3f nats after %d steps\n", report.dataset, report.logLikelihood, steps)
                    + "σ = \(report.deviations.map { String(format: "%.3f", $0) }.joined(separator: ", "))\n"
                    + report.candidates.map {
                        String(format: "k = %.2f  H_D = %.3f\n", $0.k, $0.targetLogLikelihood)
                    }.joined() + report.sweep + "\n")
        }
    }
}

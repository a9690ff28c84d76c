import ArgumentParser
import DatasetTools
import Environments
import Foundation

/// `active-bench collect`: makes behaviour policies and datasets.
struct Collect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train behaviour policies and record datasets in D4RL's layout.",
        subcommands: [Train.self, Rollout.self, Dataset.self, Halve.self])

    /// `active-bench collect rollout`: records a dataset in D4RL's layout.
    struct Rollout: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record stochastic rollouts of behaviour policies as a dataset in D4RL's HDF5 layout.",
            discussion: """
                mpirun -n 2 active-bench collect rollout --env hopper --policy medium.safetensors --out hopper_medium-r1.hdf5

                Episodes are distributed over the ranks; any number of ranks gives the same bytes.
                """)

        @Option(help: "Environment to run the policies in.")
        var env: String
        @Option(parsing: .upToNextOption, help: "Policy files, in the order of their parts of the dataset.")
        var policy: [String]
        @Option(help: "Transitions to record; each policy gets an equal share.")
        var transitions = 1_000_000
        @Option(help: "Seed of all random numbers.")
        var seed = 0
        @Option(help: "HDF5 file to write, by D4RL's naming: hopper_medium-r1.hdf5.")
        var out: String

        func validate() throws {
            guard (2...Int(Int32.max)).contains(transitions) else {
                throw ValidationError("--transitions: expected 2 or more, found \(transitions)")
            }
        }

        func run() throws {
            let request = DatasetRecording.Request(
                environment: env, policies: policy, transitions: transitions, seed: seed, output: out)
            runOnAllRanks { world in
                guard let (summary, notes) = try DatasetRecording(request).run(on: world) else { return }
                try emit(line: "\(out): \(Self.line(summary))")
                for note in notes { say(note) }
                if let warning = summary.warning { say("MuJoCo warned: \(warning)") }
            }
        }

        /// Numbers of rows and trajectories, and the mean score.
        static func line(_ summary: DatasetAssembly.Summary) -> String {
            "\(summary.transitions) transitions, \(summary.trajectories) trajectories, "
                + String(
                    format: "return %.1f ± %.1f, length %.0f, normalised score %.1f", summary.meanReturn,
                    summary.deviation, summary.meanLength, summary.score)
        }
    }
}

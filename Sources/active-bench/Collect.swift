import ArgumentParser
import Foundation
import Harness

/// `active-bench collect`: make behaviour policies and datasets.
struct Collect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train behaviour policies and record datasets in D4RL's layout.", subcommands: [Train.self])

    /// `active-bench collect train`: SAC in an environment.
    struct Train: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Train a behaviour policy with SAC, keeping snapshots and the learning curve.")

        @Option(help: "Environment to train in.")
        var env: String
        @Option(help: "Environment steps; one gradient step each after a warm-up of 1,000.")
        var steps = 400_000
        @Option(help: "Seed of everything random.")
        var seed = 0
        @Option(help: "Steps between snapshots.")
        var snapshotEvery = 10_000
        @Option(help: "Folder for snapshots and learning-curve.csv.")
        var out: String

        func run() throws {
            let plan = BehaviourTraining.Plan(environment: env, seed: seed, steps: steps, snapshotEvery: snapshotEvery)
            let start = Date()
            try BehaviourTraining(plan, folder: out).run { snapshot in
                print(
                    String(
                        format: "step %d  return %.1f ± %.1f  length %.0f  %.0f steps/s", snapshot.step,
                        snapshot.meanReturn, snapshot.deviation, snapshot.meanLength,
                        Double(snapshot.step) / Date().timeIntervalSince(start)))
                fflush(nil)
            }
        }
    }
}

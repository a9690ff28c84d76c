import ArgumentParser

/// `active-bench bench`: how fast this program is on this processor.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Time gradient steps (steps), control steps of an environment (rollout), the loading of a dataset (loading) or the "
            + "matrix product (product).",
        subcommands: [BenchSteps.self, BenchRollout.self, BenchLoading.self, BenchProduct.self],
        defaultSubcommand: BenchSteps.self)
}

import ArgumentParser

/// `active-bench bench`: measures the speed of this program on this processor.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Time gradient steps (steps), control steps of an environment (rollout), the loading of a dataset (loading) or the "
            + "matrix product (product).",
        subcommands: [BenchSteps.self, BenchRollout.self, BenchLoading.self, BenchProduct.self],
        defaultSubcommand: BenchSteps.self)
}

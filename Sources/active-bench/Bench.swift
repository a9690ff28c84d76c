import ArgumentParser

/// `active-bench bench`: how fast this program is on this processor.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Time gradient steps (steps) or control steps of an environment (rollout).",
        subcommands: [BenchSteps.self, BenchRollout.self], defaultSubcommand: BenchSteps.self)
}

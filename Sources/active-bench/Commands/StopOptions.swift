import ArgumentParser
import Cases

/// The options of commands that stop with a checkpoint and go on from it.
struct StopOptions: ParsableArguments {
    @Option(help: "Minutes between checkpoints; 0 for checkpoints only at a stop.")
    var checkpointMinutes = 10.0
    @Option(help: "Steps between checkpoints, in addition to those by time.")
    var checkpointSteps: Int?
    @Option(help: "Hours after which all work stops with a checkpoint.")
    var maxHours: Double?

    func validate() throws {
        func require(_ isGood: Bool, _ option: String, _ expected: String, _ found: Any) throws {
            if !isGood { throw ValidationError("\(option): expected \(expected), found \(found)") }
        }
        try require((0...1e6).contains(checkpointMinutes), "--checkpoint-minutes", "0 or more", checkpointMinutes)
        if let checkpointSteps { try require(checkpointSteps > 0, "--checkpoint-steps", "1 or more", checkpointSteps) }
        if let maxHours { try require(maxHours > 0 && maxHours < 1e6, "--max-hours", "more than 0", maxHours) }
    }

    /// When checkpoints are written.
    var rule: CheckpointRule {
        var rule = CheckpointRule()
        rule.seconds = checkpointMinutes > 0 ? 60 * checkpointMinutes : nil
        rule.steps = checkpointSteps
        return rule
    }
}

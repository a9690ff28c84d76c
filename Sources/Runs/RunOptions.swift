package import Cases
package import Studies

/// Options of a run; no result depends on any of them.
package struct RunOptions: Sendable {
    /// The team size; nil for the study's choice, or 1.
    package var teamSize: TeamSize?
    /// When cases write checkpoints.
    package var checkpoints = CheckpointRule()
    /// Hours after which all cases are stopped; nil for no limit.
    package var maximumHours: Double?
    /// Seconds without progress after which a rank ends the job; nil for no limit.
    package var hangTimeout: Double?

    /// One rank per case, a checkpoint every ten minutes, no limits.
    package init() {}
}

package import Cases
package import Studies

/// How a study is run; no result depends on any of it.
package struct RunOptions: Sendable {
    /// nil: as the study says, or 1.
    package var teamSize: TeamSize?
    /// When cases write checkpoints.
    package var checkpoints = CheckpointRule()
    /// Hours after which all cases are stopped; nil for none.
    package var maximumHours: Double?
    /// Seconds without any progress after which a rank ends the job; nil for none.
    package var hangTimeout: Double?

    /// One rank a case, a checkpoint every ten minutes, no limits.
    package init() {}
}

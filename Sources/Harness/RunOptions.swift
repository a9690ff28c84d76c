/// How many ranks work on a case together.
public enum TeamSize: Sendable, Equatable {
    case ranks(Int)
    /// The size with the shortest predicted makespan.
    case automatic

    /// Reads "4" or "auto"; nil for anything else.
    public init?(_ text: String) {
        if text == "auto" {
            self = .automatic
        } else if let count = Int(text), (1...1_000_000).contains(count) {
            self = .ranks(count)
        } else {
            return nil
        }
    }

    /// For `open` cases on `ranks` ranks; never more than there are.
    func resolved(_ open: [Int], _ works: [Schedule.Work], ranks: Int) -> Int {
        switch self {
        case .ranks(let count): min(count, ranks)
        case .automatic: Schedule.bestTeamSize(open, works, ranks: ranks)
        }
    }
}

/// How a study is run; no result depends on any of it.
public struct RunOptions: Sendable {
    /// nil: as the study says, or 1.
    public var teamSize: TeamSize?
    /// When cases write checkpoints.
    public var checkpoints = CheckpointRule()
    /// Hours after which all cases are stopped; nil for none.
    public var maximumHours: Double?
    /// Seconds without any progress after which a rank ends the job; nil for none.
    public var hangTimeout: Double?

    /// One rank a case, a checkpoint every ten minutes, no limits.
    public init() {}
}

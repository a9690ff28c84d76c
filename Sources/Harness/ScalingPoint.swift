/// One figure of a scaling study, measured or predicted or both.
public struct ScalingPoint: Sendable, Codable, Equatable {
    /// What grows with the ranks.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// Nothing: one case on a team.
        case strong
        /// The ensemble of one case on a team.
        case weak
        /// The number of cases, each on a rank of its own.
        case throughput
    }

    /// A rate and what it is worth.
    public struct Figure: Sendable, Codable, Equatable {
        /// Gradient steps per second, of all ranks together.
        public var stepsPerSecond: Double
        /// Work done per second (steps per second times a step's multiply-adds) over that of one rank.
        public var speedup: Double
        /// Speed-up over the number of ranks.
        public var efficiency: Double
    }

    /// Messages of a gradient step, of all ranks together.
    public struct Traffic: Sendable, Codable, Equatable {
        /// How many.
        public var messages: Double
        /// In all of them.
        public var bytes: Double
    }

    /// What grows.
    public var kind: Kind
    /// At work.
    public var ranks: Int
    /// m; nil for a learner without an ensemble.
    public var members: Int?
    /// Exact, of a gradient step.
    public var multiplyAdds: Double
    /// Medians over the rounds; nil where it was not measured.
    public var measured: Figure?
    /// Lowest and highest efficiency of a round.
    public var efficiencyRange: [Double]?
    /// By the model.
    public var predicted: Figure?
    /// What has travelled.
    public var traffic: Traffic?
    /// What the model says has travelled.
    public var predictedTraffic: Traffic?

    /// The predicted rate over the measured one, less 1.
    public var error: Double? {
        guard let measured, let predicted else { return nil }
        return predicted.stepsPerSecond / measured.stepsPerSecond - 1
    }
}

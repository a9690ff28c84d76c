/// One figure of a scaling study, measured or predicted or both.
package struct ScalingPoint: Sendable, Codable, Equatable {
    /// What grows with the ranks.
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// Nothing: one case on a team.
        case strong
        /// The ensemble of one case on a team.
        case weak
        /// The number of cases, each on a rank of its own.
        case throughput
    }

    /// A rate and what it is worth.
    package struct Figure: Sendable, Codable, Equatable {
        /// Gradient steps per second, of all ranks together.
        package var stepsPerSecond: Double
        /// Work done per second (steps per second times a step's multiply-adds) over that of one rank.
        package var speedup: Double
        /// Speed-up over the number of ranks.
        package var efficiency: Double
    }

    /// Messages of a gradient step, of all ranks together.
    package struct Traffic: Sendable, Codable, Equatable {
        /// How many.
        package var messages: Double
        /// In all of them.
        package var bytes: Double
    }

    /// What grows.
    package var kind: Kind
    /// At work.
    package var ranks: Int
    /// m; nil for a learner without an ensemble.
    package var members: Int?
    /// Exact, of a gradient step.
    package var multiplyAdds: Double
    /// Medians over the rounds; nil where it was not measured.
    package var measured: Figure?
    /// Lowest and highest efficiency of a round.
    package var efficiencyRange: [Double]?
    /// By the model.
    package var predicted: Figure?
    /// What has travelled.
    package var traffic: Traffic?
    /// What the model says has travelled.
    package var predictedTraffic: Traffic?

    /// The predicted rate over the measured one, less 1.
    package var error: Double? {
        guard let measured, let predicted else { return nil }
        return predicted.stepsPerSecond / measured.stepsPerSecond - 1
    }
}

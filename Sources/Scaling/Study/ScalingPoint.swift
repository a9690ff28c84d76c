/// One point of a scaling study: measured, predicted or both.
package struct ScalingPoint: Sendable, Codable, Equatable {
    /// The quantity that grows with the ranks.
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// Strong scaling: one case of fixed size on a team.
        case strong
        /// Weak scaling: one case on a team, with an ensemble that grows with the ranks.
        case weak
        /// The number of cases, each on its own rank.
        case throughput
    }

    /// A rate, with speed-up and efficiency.
    package struct Figure: Sendable, Codable, Equatable {
        /// Gradient steps per second, of all ranks together.
        package var stepsPerSecond: Double
        /// Multiply-adds per second, divided by those of one rank.
        package var speedup: Double
        /// The speed-up divided by the number of ranks.
        package var efficiency: Double
    }

    /// The traffic of a gradient step, summed over all ranks.
    package struct Traffic: Sendable, Codable, Equatable {
        /// The number of messages.
        package var messages: Double
        /// The number of bytes in all messages.
        package var bytes: Double
    }

    /// The kind of scaling.
    package var kind: Kind
    /// The number of working ranks.
    package var ranks: Int
    /// The ensemble size m; nil for a learner without an ensemble.
    package var members: Int?
    /// The exact number of multiply-adds of a gradient step.
    package var multiplyAdds: Double
    /// Medians over the rounds; nil if not measured.
    package var measured: Figure?
    /// The lowest and the highest efficiency of any round.
    package var efficiencyRange: [Double]?
    /// The model's prediction.
    package var predicted: Figure?
    /// The measured traffic.
    package var traffic: Traffic?
    /// The traffic according to the model.
    package var predictedTraffic: Traffic?

    /// The relative error of the predicted rate.
    package var error: Double? {
        guard let measured, let predicted else { return nil }
        return predicted.stepsPerSecond / measured.stepsPerSecond - 1
    }
}

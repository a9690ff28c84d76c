import Numerics

/// The transforms of a dataset before a learner sees it, as a value that can be printed, compared and recorded.
package struct TransitionTransforms: Codable, Equatable, Sendable, CustomStringConvertible {
    /// The transform of the rewards.
    package enum Reward: Codable, Equatable, Sendable {
        /// No transform.
        case raw
        /// r' = r·scale/(R_max − R_min), with the `ReturnRange` of the table (IQL: 1000).
        case returnRange(scale: Double)
        /// r' = scale·r + shift (AntMaze: r − 1; CQL there: 10r − 5).
        case affine(scale: Double, shift: Double)
    }

    /// The limit to which actions are clipped, so that their likelihood under a tanh policy is finite; nil for no clip.
    package var actionLimit: Double?
    /// The transform of the rewards.
    package var reward: Reward
    /// Whether s and s' are normalised to mean 0 and standard deviation 1.
    package var normalisesObservations: Bool

    /// The action limit of IQL and SQL.
    package static let standardActionLimit = 1 - 1e-5
    /// The offset that is added to the observations' standard deviations (TD3+BC).
    package static let deviationOffset = 1e-3
    /// No transforms.
    package static let none = TransitionTransforms()

    /// Makes the transforms; the default of each is to do nothing.
    package init(actionLimit: Double? = nil, reward: Reward = .raw, normalisesObservations: Bool = false) {
        self.actionLimit = actionLimit
        self.reward = reward
        self.normalisesObservations = normalisesObservations
    }

    /// "actions clipped to ±0.99999, rewards × 1000.0/(R_max − R_min), observations as they are".
    package var description: String {
        let actions = actionLimit.map { "actions clipped to ±\($0)" } ?? "actions as they are"
        let rewards =
            switch reward {
            case .raw: "rewards as they are"
            case .returnRange(let scale): "rewards × \(scale)/(R_max − R_min)"
            case .affine(let scale, let shift): "rewards × \(scale) \(shift < 0 ? "−" : "+") \(abs(shift))"
            }
        let observations =
            normalisesObservations
            ? "observations normalised (std + \(Self.deviationOffset))" : "observations as they are"
        return "\(actions), \(rewards), \(observations)"
    }

    /// Returns the transformed table and a summary of what was done.
    ///
    /// `transitions` is not changed; it is returned itself if there is nothing to do.
    /// - Throws: `DatasetError` if rewards are to be scaled by a range of returns that is zero, or if a transformed
    ///   number is not finite in single precision.
    package func apply(to transitions: Transitions) throws(DatasetError) -> (Transitions, TransformSummary) {
        let returns = ReturnRange(of: transitions)
        let (scale, shift) = try rewardFactors(returns, transitions)
        guard self != .none else {
            let summary = TransformSummary(returns: returns, rewardScale: 1, rewardShift: 0, clippedActions: 0)
            return (transitions, summary)
        }
        let result = transitions.copy()
        let clipped = actionLimit.map { clip(result.actions, to: Real($0)) } ?? 0
        let rewards = result.rewards.pointer
        for i in 0..<result.count { rewards[i] = Real(Double(rewards[i]) * scale + shift) }
        try requireFinite(result.rewards, width: 1, "rewards", in: transitions, "'reward': r × \(scale) + \(shift)")
        var normalisation: ObservationNormalisation?
        if normalisesObservations {
            let statistics = ObservationNormalisation(of: transitions.observations, offset: Self.deviationOffset)
            statistics.apply(to: result.observations)
            statistics.apply(to: result.nextObservations)
            for view in [result.observations, result.nextObservations] {
                try requireFinite(
                    view, width: transitions.stateSize, "observations", in: transitions,
                    "'normalise_observations: true'")
            }
            normalisation = statistics
        }
        return (
            result,
            TransformSummary(
                returns: returns, rewardScale: scale, rewardShift: shift, clippedActions: clipped,
                normalisation: normalisation)
        )
    }

    private func rewardFactors(
        _ returns: ReturnRange, _ transitions: Transitions
    ) throws(DatasetError) -> (Double, Double) {
        switch reward {
        case .raw: return (1, 0)
        case .affine(let scale, let shift): return (scale, shift)
        case .returnRange(let scale):
            guard returns.maximum > returns.minimum else {
                throw DatasetError(
                    file: transitions.origin, field: "rewards",
                    expected:
                        "trajectories of different returns, as the setting 'reward: return-range' divides by R_max − R_min",
                    found: "\(returns.trajectories) with return \(returns.minimum)",
                    hint: "leave the rewards as they are with 'reward: raw'")
            }
            return (scale / (returns.maximum - returns.minimum), 0)
        }
    }
}

/// The effect of a case's transforms on its data; part of the case's record.
package struct TransformSummary: Codable, Equatable, Sendable {
    /// The range of returns before any transform.
    package let returns: ReturnRange
    /// The factor of r' = rewardScale·r + rewardShift.
    package let rewardScale: Double
    /// The summand of r' = rewardScale·r + rewardShift.
    package let rewardShift: Double
    /// The number of action elements that were clipped.
    package let clippedActions: Int
    /// The normalisation to apply to observations at evaluation; nil for none.
    package let normalisation: ObservationNormalisation?

    /// Makes a summary of these numbers.
    package init(
        returns: ReturnRange, rewardScale: Double, rewardShift: Double, clippedActions: Int,
        normalisation: ObservationNormalisation? = nil
    ) {
        self.returns = returns
        self.rewardScale = rewardScale
        self.rewardShift = rewardShift
        self.clippedActions = clippedActions
        self.normalisation = normalisation
    }
}

/// Refuses numbers that a transform has made non-finite.
///
/// - Parameters:
///   - width: the count of numbers per transition.
///   - setting: the setting that asked for the transform, for the message.
private func requireFinite(
    _ numbers: MatrixView, width: Int, _ field: String, in transitions: Transitions, _ setting: String
) throws(DatasetError) {
    for i in 0..<numbers.count where !numbers.pointer[i].isFinite {
        throw DatasetError(
            file: transitions.origin, field: field,
            expected: "numbers that stay within single precision with the setting \(setting)",
            found: "\(numbers.pointer[i]) from row \(transitions.sourceRow(of: i / width))",
            hint: "use another setting, or scale the data")
    }
}

/// Clips every action element to ±limit; returns the number of clipped elements.
private func clip(_ actions: MatrixView, to limit: Real) -> Int {
    var beyond = 0
    for i in 0..<actions.count {
        let action = actions.pointer[i]
        let clipped = max(-limit, min(limit, action))
        beyond += clipped == action ? 0 : 1
        actions.pointer[i] = clipped
    }
    return beyond
}

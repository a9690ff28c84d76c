import Datasets
import Networks

/// The learners there are. A new one is a case here, a file of its own and a preset.
public enum LearnerKind: String, Sendable, CaseIterable, Comparable {
    case iql = "IQL"
    case sql = "SQL"
    case activeI = "ACTIVE-I"
    case activeS = "ACTIVE-S"

    /// In the order of the paper's table.
    public static func < (a: LearnerKind, b: LearnerKind) -> Bool {
        (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
    }

    /// A fresh learner.
    ///
    /// - Parameter hyperparameters: a preset of this learner, possibly with other values.
    public func make<Team: Exchange>(_ hyperparameters: Hyperparameters, problem: Problem<Team>) -> any Learner {
        switch self {
        case .iql:
            var settings = IQL<Team>.Settings()
            settings.common = common(hyperparameters)
            settings.expectile = hyperparameters.real("expectile")
            settings.inverseTemperature = hyperparameters.real("inverse_temperature")
            settings.weightCap = hyperparameters.real("weight_cap")
            return IQL(settings, problem: problem)
        case .sql:
            var settings = SQL<Team>.Settings()
            settings.common = common(hyperparameters)
            settings.alpha = hyperparameters.real("alpha")
            settings.weightCap = hyperparameters.real("weight_cap")
            return SQL(settings, problem: problem)
        case .activeI, .activeS:
            var settings = ACTIVE<Team>.Settings(
                loss: self == .activeI
                    ? .expectile(tau: hyperparameters.real("expectile"))
                    : .sparse(alpha: hyperparameters.real("alpha")))
            settings.common = common(hyperparameters)
            settings.members = hyperparameters.integer("m")
            settings.quantile = hyperparameters.real("quantile")
            settings.targetLogLikelihood = hyperparameters.real("target_log_likelihood")
            settings.initialBeta = hyperparameters.real("initial_beta")
            settings.betaRate = hyperparameters.real("beta_rate")
            settings.weightCap = hyperparameters.real("weight_cap")
            return ACTIVE(settings, problem: problem)
        }
    }

    private func common<Team: Exchange>(_ hyperparameters: Hyperparameters) -> InSample<Team>.Settings {
        var settings = InSample<Team>.Settings()
        settings.batch = hyperparameters.integer("batch")
        settings.hidden = hyperparameters.widths("hidden")
        settings.discount = hyperparameters.real("discount")
        settings.targetRate = hyperparameters.real("target_rate")
        settings.learningRate = hyperparameters.real("learning_rate")
        settings.valueLayerNorm = hyperparameters.flag("value_layer_norm")
        return settings
    }

    /// Exact multiply-adds of one gradient step, the minimum the algorithm needs, from the shapes alone.
    ///
    /// A network's forward pass costs B·weights, the gradient of its weights as much again, and the way back to a
    /// layer's input B times that layer's weights.
    public func multiplyAdds(_ hyperparameters: Hyperparameters, states: Int, actions: Int) -> Double {
        let hidden = hyperparameters.widths("hidden")
        func weights(_ inputs: Int, _ outputs: Int) -> Double {
            let widths = [inputs] + hidden + [outputs]
            return zip(widths, widths.dropFirst()).map { Double($0 * $1) }.reduce(0, +)
        }
        /// Forward, weight gradients, and back to every layer but the input.
        func trained(_ inputs: Int, _ outputs: Int) -> Double {
            3 * weights(inputs, outputs) - Double(inputs * hidden[0])
        }
        let value = weights(states, 1)
        let critic = weights(states + actions, 1)
        let baselines =
            2 * critic + trained(states, 1) + 2 * value + 2 * trained(states + actions, 1) + trained(states, actions)
        var total = baselines
        if self == .activeI || self == .activeS {
            let members = Double(hyperparameters.integer("m"))
            let toActions = critic - Double((states + actions) * hidden[0]) + Double(actions * hidden[0])
            // The other members; Q̂(s,a) once more after its step; both Q̂(s,a_π) and back to the actions.
            total += (members - 1) * (trained(states, 1) + 2 * value) + 2 * critic + 2 * (critic + toActions)
        }
        return Double(hyperparameters.integer("batch")) * total
    }
}

import Foundation

extension Hyperparameters {
    /// What settings that are each within their range cannot be together, or not for actions of `actions` dimensions; nil
    /// for nothing. A learner is made of no others.
    package func conflict(actions: Int) -> (expected: String, found: String)? {
        penaltyConflict ?? likelihoodConflict(actions: actions) ?? memoryConflict
    }

    private var penaltyConflict: (expected: String, found: String)? {
        guard let minimum = self["penalty_minimum"], let maximum = self["penalty_maximum"],
            real(minimum.key) > real(maximum.key)
        else { return nil }
        return ("penalty_minimum no larger than penalty_maximum", "\(minimum.value) and \(maximum.value)")
    }

    /// With σ at its floor of e⁻⁵ a dimension adds 5 - ½ log 2π = 4.081 nats to log π, and no more.
    private func likelihoodConflict(actions: Int) -> (expected: String, found: String)? {
        guard let target = self["target_log_likelihood"], word("cloning_temperature") == "adaptive" else { return nil }
        let highest = Double(actions) * (5 - 0.5 * log(2 * Double.pi))
        guard real(target.key) > highest else { return nil }
        return (
            String(format: "target_log_likelihood of at most %.2f, the highest for %d dimensions", highest, actions),
            "\(target.value)"
        )
    }

    /// CQL keeps the activations of all sampled actions of a batch; beyond 64 GiB no node would have them.
    private var memoryConflict: (expected: String, found: String)? {
        guard self["sampled_actions"] != nil else { return nil }
        let rows = Double(3 * integer("sampled_actions")) * Double(batchSize)
        let gibibytes = rows * Double(widths("critic_hidden").reduce(0, +)) * 4 / 0x1p30
        guard gibibytes > 64 else { return nil }
        return (
            "batch, sampled_actions and critic_hidden that need at most 64 GiB of activations",
            String(format: "%.0f GiB", gibibytes)
        )
    }
}

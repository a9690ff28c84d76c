package import Numerics

// The values of settings that several learners declare together, read once when a learner is made.

/// The values of `Setting.shape`, which every learner has.
package struct ShapeSettings: Sendable, Equatable {
    /// B, the number of transitions in a batch.
    package let batch: Int
    /// Widths of the policy's hidden layers, and of the other networks' unless the learner has another setting for them.
    package let hidden: [Int]
    /// The precision of the products between hidden layers.
    package let precision: Precision

    package init(_ hyperparameters: Hyperparameters) {
        batch = hyperparameters.batchSize
        hidden = hyperparameters[.hidden]
        precision = hyperparameters.precision
    }

    package init(batch: Int, hidden: [Int], precision: Precision = .full) {
        self.batch = batch
        self.hidden = hidden
        self.precision = precision
    }
}

/// The values of `Setting.offPolicy`, of learners whose critics have targets.
package struct OffPolicySettings: Sendable, Equatable {
    /// γ, the discount.
    package let discount: Double
    /// η, the rate of the targets' moving average.
    package let targetRate: Double

    package init(_ hyperparameters: Hyperparameters) {
        discount = hyperparameters[.discount]
        targetRate = hyperparameters[.targetRate]
    }
}

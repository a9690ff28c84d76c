/// The effect of a setting on a gradient step's cost: it tells the cost model which steps to measure separately.
///
/// The default is the safe choice: `rate`, or `none` for a real number, which is usually a factor in a formula. A needless
/// measurement costs a tenth of a second when a study is planned; a missing one makes the prediction wrong.
package enum StepCost: Sendable, Hashable {
    /// No effect.
    case none
    /// It changes the operations and messages of a step, as the learner's `work` says, but not the time per multiply-add.
    case operations
    /// It also changes the time per multiply-add.
    case rate
}

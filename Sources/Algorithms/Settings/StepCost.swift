/// What a setting changes of a gradient step's cost: by it the cost model knows which steps to measure apart.
///
/// A setting whose declaration does not say it gets the safe answer: `rate`, or `none` for a real number, which is a factor
/// in a formula as a rule. Too much costs a tenth of a second when a study is planned, too little a wrong prediction.
package enum StepCost: Sendable, Hashable {
    /// Nothing.
    case none
    /// Which operations and messages a step consists of, as the learner's `work` says; the time per multiply-add stays.
    case operations
    /// The time per multiply-add, too.
    case rate
}

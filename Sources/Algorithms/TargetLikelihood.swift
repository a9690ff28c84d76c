import Datasets

/// H_D, what ACTIVE holds E_D[log π(a|s)] at, per task.
///
/// The paper gives no value. It must lie below L_BC, the likelihood that behaviour cloning reaches on the data, or β runs
/// away; `active-bench probe-likelihood` measures L_BC.
enum TargetLikelihood {
    /// H_D of a dataset in nats, with where it comes from.
    static func of(_ dataset: DatasetName) -> (value: Double, origin: String) {
        (-1, "our default: not yet measured")
    }
}

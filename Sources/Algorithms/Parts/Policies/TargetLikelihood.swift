import Suites

/// H_D, ACTIVE's target of E_D[log π(a|s)], per task.
///
/// The paper gives no value. It must be below L_BC, the log-likelihood that behaviour cloning reaches on the data, or β runs
/// away; `active-bench probe-likelihood` measures L_BC, and results/likelihood/ has the measurements and the choice of H_D.
enum TargetLikelihood {
    /// H_D = L_BC - ½ per dimension of the action, where L_BC has been measured on our dataset of the task.
    private static let measured: [String: Double] = [
        "hopper-medium": -0.66,  // L_BC 0.84
        "hopper-medium-replay": -1.49,  // L_BC 0.01
        "halfcheetah-medium": -0.64,  // L_BC 2.36
        "halfcheetah-medium-replay": -3.18,  // L_BC -0.18
        "walker2d-medium": -0.86,  // L_BC 2.14
        "walker2d-medium-replay": -3.80,  // L_BC -0.80
    ]

    /// Returns H_D of a dataset in nats, its origin, and whether it is a guess; -1 without a dataset.
    static func of(_ dataset: TaskClass) -> (value: Double, origin: String, isGuess: Bool) {
        if let value = measured[dataset.task] {
            return (value, "our choice: results/likelihood, on \(dataset.task)-r1", false)
        }
        guard let dimensions = dataset.actionSize else { return (-1, "our default", true) }
        return (-0.5 * Double(dimensions), "our default: -1/2 a dimension of the action, L_BC not measured", true)
    }
}

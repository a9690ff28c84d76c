package import Failures

/// What is wrong with a policy's tensors.
package enum PolicyError: ExitCoded, Equatable, CustomStringConvertible {
    case missing(String)
    /// A tensor that no part of the policy uses.
    case unknown(String)
    case shape(String, expected: [Int], found: [Int])
    /// A weight that is not a matrix.
    case rank(String, found: [Int])
    /// A weight stored as [inputs, outputs].
    case transposed(String, found: [Int])
    /// A tensor of a hidden layer before which another is missing.
    case gap(String, missing: String)
    case notFinite(String)
    /// A standard deviation of the observations that is not positive, or whose inverse is not finite.
    case noDeviation
    /// A policy for other [observations, actions] than the environment has.
    case sizes(environment: String, expected: [Int], found: [Int])

    /// One sentence: which tensor or environment, expected, found.
    package var description: String {
        switch self {
        case .missing(let name): "the policy has no tensor \(name)"
        case .unknown(let name):
            "the policy's tensor \(name) has no place in it: expected fc0.weight, fc0.bias, fc1.…, mean.weight, mean.bias, "
                + "and log_std or log_std.weight with log_std.bias"
        case .gap(let name, let missing):
            "the policy's tensor \(name) has no place in it: there is no layer \(missing), and hidden layers are numbered "
                + "from fc0 without a gap"
        case .shape(let name, let expected, let found): "the policy's \(name) has shape \(found), expected \(expected)"
        case .rank(let name, let found): "the policy's \(name) has shape \(found), expected [outputs, inputs]"
        case .transposed(let name, let found):
            "the policy's \(name) has shape \(found), expected \(Array(found.reversed())): it looks transposed; weights are "
                + "[outputs, inputs]"
        case .notFinite(let name): "the policy's \(name) holds a value that is not finite"
        case .noDeviation:
            "the policy's observation_std holds a value that is not positive, or too small for single precision"
        case .sizes(let environment, let expected, let found):
            "the policy takes \(found[0]) observations and gives \(found[1]) actions, but \(environment) has \(expected[0]) and \(expected[1])"
        }
    }

    package var exitStatus: ExitStatus { .badInput }
}

package import Numerics

/// How one entry of a start state is disturbed.
package enum InitialNoise: Sendable {
    /// Uniform on [−width, width).
    case uniform(Double)
    /// Normal with this standard deviation.
    case normal(Double)

    /// The number for entry `index` of the state that begins `episode`.
    package func draw(from stream: RandomStream, episode: Int, index: Int) -> Double {
        switch self {
        case .uniform(let width): width * (2 * stream.uniform(step: episode, index: index) - 1)
        case .normal(let deviation): deviation * stream.normalPair(step: episode, index: index).0
        }
    }
}

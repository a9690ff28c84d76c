package import Numerics

/// The distribution of the noise of a start state's entries.
package enum InitialNoise: Sendable {
    /// Uniform on [−width, width).
    case uniform(Double)
    /// Normal with this standard deviation.
    case normal(Double)

    /// Draws the noise of entry `index` of the start state of `episode`.
    package func draw(from stream: RandomStream, episode: Int, index: Int) -> Double {
        switch self {
        case .uniform(let width): width * (2 * stream.uniform(step: episode, index: index) - 1)
        case .normal(let deviation): deviation * stream.normalPair(step: episode, index: index).0
        }
    }
}

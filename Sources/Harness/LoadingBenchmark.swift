import Datasets
import Foundation
import HDF5

/// How long a dataset takes to load, against what the HDF5 library needs to read its arrays.
public struct LoadingBenchmark: Sendable {
    /// Medians, in seconds.
    public struct Result: Sendable, Encodable {
        /// Transitions that came out.
        public let transitions: Int
        /// The library alone: the arrays that D4RL's conversion uses, into memory.
        public let library: Double
        /// Ours: the same with every check of shape, type and value, and D4RL's rule for Q-learning.
        public let loading: Double
        /// ours / the library's, of one repetition.
        public let ratio: Double
        /// SHA-256 of the whole file, which a run takes besides.
        public let digest: Double
    }

    /// Repetitions, in which the subjects take turns; one more comes first and warms the file cache.
    public var repetitions = 5

    /// Five repetitions.
    public init() {}

    /// - Parameter maximumSteps: the time limit of the environment, as D4RL's rule asks for.
    /// - Throws: `DatasetError`.
    public func measure(_ path: String, maximumSteps: Int) throws -> Result {
        var (library, loading, ratios, count) = ([Double](), [Double](), [Double](), 0)
        for repetition in 0...repetitions {
            let ours = try seconds {  // First, for it is the one that can say what is wrong with a file.
                count = try Transitions(try D4RLFile(path: path), maximumSteps: maximumSteps).count
            }
            let alone = try seconds { try readAlone(path) }
            guard repetition > 0 else { continue }
            library.append(alone)
            loading.append(ours)
            ratios.append(ours / alone)
        }
        let digest = try seconds { _ = try sha256(ofFile: path) }
        return Result(
            transitions: count, library: median(library), loading: median(loading), ratio: median(ratios),
            digest: digest)
    }

    private func readAlone(_ path: String) throws {
        let file = try HDF5File(readingFrom: path)
        for name in ["observations", "actions", "rewards"] { _ = try file.float32(name) }
        _ = try file.flags("terminals")
        if try file.contains("timeouts") { _ = try file.flags("timeouts") }
    }
}

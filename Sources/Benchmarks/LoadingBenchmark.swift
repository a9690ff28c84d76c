import Datasets
import Failures
import Foundation
import HDF5
import Numerics
import Processes

/// How long a dataset takes to load, against what the HDF5 library, and h5py, need to read its arrays.
package struct LoadingBenchmark: Sendable {
    /// Medians, in seconds.
    package struct Result: Sendable, Encodable {
        /// Transitions that came out.
        package let transitions: Int
        /// The library alone: the arrays that D4RL's conversion uses, into memory.
        package let library: Double
        /// Ours: the same with every check of storage, shape, type and value, and D4RL's rule for Q-learning.
        package let loading: Double
        /// ours / the library's, of one repetition.
        package let ratio: Double
        /// SHA-256 of the whole file, which a run takes besides.
        package let digest: Double
        /// h5py's reading of the arrays; nil where no Python was named.
        package let h5py: Double?
        /// Our median / h5py's.
        package let ratioToH5py: Double?
    }

    /// Repetitions, in which the subjects take turns; one more comes first and warms the file cache.
    package var repetitions = 5
    /// A Python that has h5py; nil to do without.
    package var python: String?

    /// Five repetitions.
    package init() {}

    /// - Parameter maximumSteps: the time limit of the environment, as D4RL's rule asks for.
    /// - Throws: `DatasetError`, `HarnessError` for a Python that does not answer.
    package func measure(_ path: String, maximumSteps: Int) throws -> Result {
        var (library, loading, ratios, count) = ([Double](), [Double](), [Double](), 0)
        let fields = try arrays(ofFile: path)
        for repetition in 0...repetitions {
            let ours = try seconds {  // First, for it is the one that can say what is wrong with a file.
                count = try Transitions(try D4RLFile(path: path), maximumSteps: maximumSteps).count
            }
            let alone = try seconds { try readPlainly(fields, ofFile: path) }
            guard repetition > 0 else { continue }
            library.append(alone)
            loading.append(ours)
            ratios.append(ours / alone)
        }
        let digest = try seconds { _ = try sha256(ofFile: path) }
        let h5py = try python.map { try secondsOfH5py($0, path, fields) }
        return Result(
            transitions: count, library: median(library), loading: median(loading), ratio: median(ratios),
            digest: digest, h5py: h5py, ratioToH5py: h5py.map { median(loading) / $0 })
    }

    /// The arrays that loading reads.
    private func arrays(ofFile path: String) throws -> [String] {
        let hasTimeouts = (try? HDF5File(readingFrom: path).contains("timeouts")) ?? false
        return D4RLFile.requiredFields + (hasTimeouts ? ["timeouts"] : [])
    }

    /// The median of h5py's times for the same arrays, as it measures them itself.
    private func secondsOfH5py(_ python: String, _ path: String, _ fields: [String]) throws -> Double {
        let script = """
            import sys, time, statistics, h5py
            times = []
            for repetition in range(int(sys.argv[2]) + 1):
                start = time.perf_counter()
                with h5py.File(sys.argv[1], "r") as file:
                    arrays = [file[name][()] for name in sys.argv[3:]]
                times.append(time.perf_counter() - start)
            sys.stdout.write(str(statistics.median(times[1:])))
            """
        let answer = try? ChildProgram.output(
            of: [python, "-c", script, path, "\(repetitions)"] + fields, errors: .nothing)
        let words = String(decoding: answer?.bytes ?? [], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard answer?.end == .exit(0), let seconds = Double(words), seconds > 0 else {
            throw HarnessError.badInput("--python \(python): expected a Python with h5py, found none that answers")
        }
        return seconds
    }
}

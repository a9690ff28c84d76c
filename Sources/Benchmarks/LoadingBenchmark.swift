import Datasets
import Failures
import Foundation
import HDF5
import Numerics
import Processes

/// The time to load a dataset, compared with what the HDF5 library, and h5py, need to read its arrays.
package struct LoadingBenchmark: Sendable {
    /// Median times in seconds.
    package struct Result: Sendable, Encodable {
        /// The number of transitions loaded.
        package let transitions: Int
        /// Seconds of the HDF5 library: reads the arrays that D4RL's conversion uses into memory.
        package let library: Double
        /// Seconds of our loader: additionally validates storage, shape, type and values, and applies D4RL's rule for
        /// Q-learning.
        package let loading: Double
        /// Our time divided by the library's, within one repetition.
        package let ratio: Double
        /// Seconds for SHA-256 of the whole file, which a run also computes.
        package let digest: Double
        /// Seconds of h5py for reading the arrays; nil if no Python was given.
        package let h5py: Double?
        /// Our median divided by h5py's.
        package let ratioToH5py: Double?
    }

    /// Repetitions, in which the subjects alternate; an additional first one warms the file cache.
    package var repetitions = 5
    /// A Python with h5py; nil to leave it out.
    package var python: String?

    package init() {}

    /// - `maximumSteps`: the environment's time limit, which D4RL's rule needs.
    /// - Throws: `DatasetError`, `HarnessError` for a Python that does not work.
    package func measure(_ path: String, maximumSteps: Int) throws -> Result {
        var (library, loading, ratios, count) = ([Double](), [Double](), [Double](), 0)
        let fields = try arrays(ofFile: path)
        for repetition in 0...repetitions {
            let ours = try seconds {  // First, because only our loader reports errors in a file well.
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

    /// The names of the arrays that loading reads.
    private func arrays(ofFile path: String) throws -> [String] {
        let hasTimeouts = (try? HDF5File(readingFrom: path).contains("timeouts")) ?? false
        return D4RLFile.requiredFields + (hasTimeouts ? ["timeouts"] : [])
    }

    /// The median of h5py's times for the same arrays, measured in Python.
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

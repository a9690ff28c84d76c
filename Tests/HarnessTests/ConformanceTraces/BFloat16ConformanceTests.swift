import Algorithms
import ConformanceTraces
import Foundation
import HDF5
import Numerics
import ScratchFiles
import Testing

#if !ACTIVE_BENCH_DOUBLE
    /// The learners in bfloat16 stay close to the independent reference in double precision, on the fixtures of
    /// Tests/Conformance. Needs oneDNN and a processor with AVX512-BF16 or AMX.
    @Suite struct BFloat16ConformanceTests {
        /// The fixtures whose networks have at least two hidden layers: in the others nothing is rounded.
        private static let names = ConformanceTests.names.filter { name in
            let trace = try? ConformanceTrace(ConformanceTests.trace(name))
            return trace.map { $0.hyperparameters[.hidden].count >= 2 } ?? true
        }

        private let folder = TemporaryFolder()

        /// The losses of 100 steps, as vectors, differ by at most 1 % of the reference's norm; the policy's loss, which
        /// is a difference of larger numbers in several learners, by 6 %.
        @Test(arguments: names) func staysClose(name: String) throws {
            let output = folder("\(name).h5")
            let fixture = ConformanceTests.fixtures.appendingPathComponent(name).path
            try Conformance("\(fixture).h5", precision: .bfloat16).run(output: output)
            let (ours, reference) = (
                try HDF5File(readingFrom: output), try HDF5File(readingFrom: "\(fixture).reference.h5")
            )
            for loss in try reference.names(in: "losses") {
                let (a, b) = (try ours.float64("losses/\(loss)"), try reference.float64("losses/\(loss)"))
                #expect(a.shape == b.shape)
                let share = norm(zip(a.elements, b.elements).map { $0 - $1 }) / norm(b.elements)
                #expect(share < (loss == "policy" ? 0.06 : 0.01), "\(loss)")
                #expect(share > 1e-4, "\(loss): nothing was rounded")
            }
        }

        private func norm(_ x: [Double]) -> Double { x.map { $0 * $0 }.reduce(0, +).squareRoot() }
    }
#endif

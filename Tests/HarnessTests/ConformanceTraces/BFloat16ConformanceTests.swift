import Algorithms
import ConformanceTraces
import Foundation
import HDF5
import Numerics
import ScratchFiles
import Testing

#if !ACTIVE_BENCH_DOUBLE
    /// The learners in bfloat16 stay close to the independent reference in double precision, on the fixtures of
    /// Tests/Conformance.
    @Suite struct BFloat16ConformanceTests {
        private let folder = TemporaryFolder()

        /// The losses of 100 steps, as vectors, differ by at most 1 % of the reference's norm; the policy's loss, which
        /// is a difference of larger numbers in several learners, by 6 %.
        @Test(arguments: ConformanceTests.names) func staysClose(name: String) throws {
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

        /// The losses of 100 steps in bf16x3 agree to ten times float32's tolerance, 2e-2 of their largest value.
        @Test(arguments: ConformanceTests.names) func threeProductsStayCloser(name: String) throws {
            let output = folder("\(name).h5")
            let fixture = ConformanceTests.fixtures.appendingPathComponent(name).path
            setenv("ACTIVE_BENCH_SLOW_PRECISION", "1", 1)
            defer { unsetenv("ACTIVE_BENCH_SLOW_PRECISION") }
            try Conformance("\(fixture).h5", precision: .bfloat16x3).run(output: output)
            let (ours, reference) = (
                try HDF5File(readingFrom: output), try HDF5File(readingFrom: "\(fixture).reference.h5")
            )
            for loss in try reference.names(in: "losses") {
                let (a, b) = (try ours.float64("losses/\(loss)"), try reference.float64("losses/\(loss)"))
                let difference = zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? .infinity
                let size = b.elements.map { abs($0) }.max() ?? 0
                #expect(difference <= 2e-2 * max(size, 1e-3), "\(loss): \(difference) of \(size)")
            }
        }

        private func norm(_ x: [Double]) -> Double { x.map { $0 * $0 }.reduce(0, +).squareRoot() }
    }
#endif

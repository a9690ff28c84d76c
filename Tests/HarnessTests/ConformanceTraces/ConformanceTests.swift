import Algorithms
import ConformanceTraces
import Foundation
import HDF5
import ScratchFiles
import Testing

/// The learners agree with the independent reference of Tests/Conformance (JAX, automatic
/// differentiation) on its committed fixtures: one per learner and per switch that changes a
/// formula. Tests/Conformance/run.sh compares the same, and more, on new traces.
@Suite struct ConformanceTests {
    static let fixtures = Repository.url("Tests/Conformance/fixtures")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: fixtures.path)) ?? []
        return files.filter { $0.hasSuffix(".reference.h5") }.map { String($0.dropLast(".reference.h5".count)) }
            .sorted()
    }()

    private let folder = TemporaryFolder()

    /// The reference made the fixtures; its registry of learners must match ours, which test_reference.py checks, too.
    @Test func everyLearnerHasAFixture() throws {
        let learners = try Self.names.map { try ConformanceTrace(Self.trace($0)).learner }
        for learner in LearnerRegistry.standard.learners {
            #expect(learners.contains(learner), "Tests/Conformance: no trace of \(learner)")
        }
    }

    static func trace(_ name: String) -> String { fixtures.appendingPathComponent("\(name).h5").path }

    #if ACTIVE_BENCH_DOUBLE
        /// Every tensor and moment after 100 steps, and every loss and metric before, agree to 1e-9 relative.
        @Test(arguments: names)
        func agreesInDoublePrecision(name: String) throws {
            let (ours, reference) = try outputs(name)
            for group in ["final", "adam", "losses", "metrics"] {
                try compare(group, ours, reference, tolerance: 1e-9)
            }
        }
    #else
        /// Losses of 100 steps agree to 2e-3 of their largest value.
        @Test(arguments: names)
        func staysCloseInSinglePrecision(name: String) throws {
            let (ours, reference) = try outputs(name)
            try compare("losses", ours, reference, tolerance: 2e-3)
        }
    #endif

    private func outputs(_ name: String) throws -> (ours: HDF5File, reference: HDF5File) {
        let output = folder("\(name).h5")
        try Conformance(Self.trace(name)).run(output: output)
        return (
            try HDF5File(readingFrom: output),
            try HDF5File(readingFrom: Self.fixtures.appendingPathComponent("\(name).reference.h5").path)
        )
    }

    /// Compares everything that the reference has below `place`; our output may have more.
    private func compare(_ place: String, _ ours: HDF5File, _ reference: HDF5File, tolerance: Double) throws {
        guard try !reference.isGroup(place) else {
            for name in try reference.names(in: place) {
                try compare("\(place)/\(name)", ours, reference, tolerance: tolerance)
            }
            return
        }
        let (a, b) = (try ours.float64(place), try reference.float64(place))
        #expect(a.shape == b.shape, "\(place)")
        let difference = zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? .infinity
        let size = b.elements.map { abs($0) }.max() ?? 0
        #expect(difference <= tolerance * max(size, 1e-3), "\(place): \(difference) of \(size)")
    }
}

import Cases
import Foundation
import HDF5
import Numerics
import ScratchFiles
import Studies
import Testing

@Suite struct LikelihoodProbeTests {
    /// For actions that are Gaussian about a constant the best likelihood is known: Σⱼ -½ log(2πe σⱼ²).
    @Test func findsTheLikelihoodOfGaussianActions() throws {
        let (rows, deviations) = (20_000, [0.3, 0.35, 0.4])
        let stream = RandomStream("likelihood probe")
        func normal(_ row: Int) -> Double { stream.normalPair(step: row / 1_000_000, index: row % 1_000_000).0 }
        try HDF5Writer.write(to: SmallRun.data("hopper_gaussian-r1.hdf5")) { file in
            try file.write((0..<rows * 11).map { Float(normal($0)) }, shape: [rows, 11], to: "observations")
            let actions = (0..<rows * 3).map { Float(0.1 + deviations[$0 % 3] * normal(1_000_000 + $0)) }
            try file.write(actions.map { min(max($0, -1), 1) }, shape: [rows, 3], to: "actions")
            try file.write([Float](repeating: 1, count: rows), shape: [rows], to: "rewards")
            try file.write((0..<rows).map { $0 % 100 == 99 }, shape: [rows], to: "terminals")
        }
        let report = try LikelihoodProbe(.init(published: "hopper-gaussian-r1"), steps: 8_000).run()
        let best = deviations.map { -0.5 * log(2 * .pi * M_E * $0 * $0) }.reduce(0, +)
        #expect(abs(report.logLikelihood - best) < 0.35, "\(report.logLikelihood) of \(best)")
        for (found, sigma) in zip(report.deviations, deviations) { #expect(abs(found / sigma - 1) < 0.25) }
        #expect(report.actionSize == 3 && report.candidates.map(\.k) == [0, 0.25, 0.5, 1, 2])
        for candidate in report.candidates {
            #expect(abs(candidate.targetLogLikelihood - (report.logLikelihood - 3 * candidate.k)) < 1e-12)
        }
        #expect(report.sweep.hasPrefix("sweep: {target_log_likelihood: ["))

        let folder = TemporaryFolder()
        try report.write(to: folder("likelihood"))
        let data = try #require(FileManager.default.contents(atPath: folder("likelihood/hopper-gaussian-r1.json")))
        #expect(try JSONDecoder().decode(LikelihoodProbe.Report.self, from: data) == report)
    }
}

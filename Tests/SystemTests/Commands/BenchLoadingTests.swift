import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// `active-bench bench loading`.
@Suite struct BenchLoadingTests {
    private struct Result: Decodable {
        let transitions: Int
        let library, loading, ratio, digest: Double
    }

    @Test func figures() throws {
        let file = SystemRun.inputs("hopper_random-r1.hdf5")
        let child = try ChildProcess.run("active-bench", ["bench", "loading", file, "--repetitions", "3", "--json"])
        #expect(child.exitCode == 0, "\(child.output)")
        let result = try JSONDecoder().decode(Result.self, from: Data(child.standardOutput.utf8))
        #expect(result.transitions > 500)
        for time in [result.library, result.loading, result.digest] { #expect(time > 0 && time < 5) }
        #expect(abs(result.ratio - result.loading / result.library) < 5, "of one repetition, and of medians")
    }

    private struct Report: Decodable {
        struct Line: Decodable {
            let chunkRows: Int?
            let times: Result
        }
        let lines: [Line]
        let combinationsRead, combinationsWritten: Int
    }

    /// Of a thousandth of the rows: what is read, not how fast.
    @Test func storageOfEveryKind() throws {
        let child = try ChildProcess.run(
            "active-bench", ["bench", "loading", "--rows", "2000", "--repetitions", "1", "--json"])
        #expect(child.exitCode == 0, "\(child.output)")
        let report = try JSONDecoder().decode(Report.self, from: Data(child.standardOutput.utf8))
        #expect(report.lines.map(\.chunkRows) == [1, 10, 100, 1000, nil])
        #expect(report.lines.allSatisfy { $0.times.transitions > 150 && $0.times.ratio > 0 })
        #expect(report.combinationsRead == report.combinationsWritten && report.combinationsRead > 520)
    }

    @Test func aFileThatIsNone() throws {
        let folder = TemporaryFolder()
        put("no HDF5".utf8, at: folder("x.hdf5"))
        let child = try ChildProcess.run("active-bench", ["bench", "loading", folder("x.hdf5")])
        #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
        #expect(child.errorLines.first?.contains("x.hdf5") == true)
    }
}

import Datasets
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
        let child = try ChildProcess.run("active-bench", ["bench", "loading", file, "--repetitions", "1", "--json"])
        #expect(child.exitCode == 0, "\(child.output)")
        let result = try JSONDecoder().decode(Result.self, from: Data(child.standardOutput.utf8))
        #expect(result.transitions == (try Transitions(D4RLFile(path: file), maximumSteps: 1000).count))
        #expect(result.library > 0 && result.loading > 0 && result.digest > 0)
        #expect(result.ratio == result.loading / result.library, "ratio of one repetition")
    }

    private struct Report: Decodable {
        struct Line: Decodable {
            let chunkRows: Int?
            let times: Result
        }
        let lines: [Line]
        let combinationsRead, combinationsWritten: Int
    }

    /// Loads a thousandth of the rows: the test checks what is read, not the speed.
    @Test func storageOfEveryKind() throws {
        let child = try ChildProcess.run(
            "active-bench", ["bench", "loading", "--rows", "2000", "--repetitions", "1", "--json"])
        #expect(child.exitCode == 0, "\(child.output)")
        let report = try JSONDecoder().decode(Report.self, from: Data(child.standardOutput.utf8))
        #expect(report.lines.map(\.chunkRows) == [1, 10, 100, 1000, nil])
        // All rows except the last and the one at the time limit, after
        // 1000 steps; a tenth of them in chunks of one row.
        #expect(report.lines.map(\.times.transitions) == [199, 1998, 1998, 1998, 1998])
        for times in report.lines.map(\.times) { #expect(times.ratio == times.loading / times.library) }
        #expect(report.combinationsRead == report.combinationsWritten && report.combinationsRead > 520)
    }

    @Test func aFileThatIsNotHDF5() throws {
        let folder = TemporaryFolder()
        put("no HDF5".utf8, at: folder("x.hdf5"))
        let child = try ChildProcess.run("active-bench", ["bench", "loading", folder("x.hdf5")])
        #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
        #expect(child.errorLines.first?.contains("x.hdf5") == true)
    }
}

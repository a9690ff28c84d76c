import Foundation
import HDF5
import ProgramRuns
import ScratchFiles
import Testing

/// `conform` and `probe-likelihood` on the command line.
@Suite struct ConformCommandTests {
    let folder = TemporaryFolder()

    static let fixtures = Repository.path("Tests/Conformance/fixtures")

    @Test func conformWritesTheDocumentedFormat() throws {
        let child = try SystemRun.activeBench(
            "conform", "\(Self.fixtures)/active-i.h5", "--out", folder("out.h5"), "--every", "40")
        #expect(child.exitCode == 0, "\(child.output)")
        let output = try HDF5File(readingFrom: folder("out.h5"))
        #expect(try output.attribute("step") == .integer(100))
        #expect(try output.names(in: "steps") == ["40", "80"])
        #expect(try output.names(in: "losses") == ["critic", "policy", "temperature", "value"])
        #expect(try output.describe("losses/value").shape == [100])
        #expect(try output.describe("final/v.2/fc0/norm/scale").shape == [16])
        #expect(try output.describe("adam/policy/log_std/m").shape == [2])
    }

    /// An invalid trace gives one sentence, code 65, and no output.
    @Test func conformRefuses() throws {
        put("no HDF5".utf8, at: folder("text.h5"))
        for trace in [folder("text.h5"), folder("absent.h5"), "\(Self.fixtures)/iql.reference.h5"] {
            let child = try SystemRun.activeBench("conform", trace, "--out", folder("out.h5"))
            #expect(child.exitCode == 65 && child.standardError.split(separator: "\n").count == 1, "\(child.output)")
            #expect(child.standardError.contains(trace))
            #expect(!FileManager.default.fileExists(atPath: folder("out.h5")))
        }
        let unwritable = try SystemRun.activeBench(
            "conform", "\(Self.fixtures)/bc.h5", "--out", folder("no/such/folder/out.h5"))
        #expect(unwritable.exitCode == 74, "\(unwritable.output)")
    }

    @Test func probeLikelihoodReports() throws {
        let child = try SystemRun.activeBench(
            "probe-likelihood", "hopper-random-r1", "--steps", "50", "--out", folder("likelihood"))
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.standardOutput.hasPrefix("hopper-random-r1: L_BC = "))
        #expect(child.standardOutput.contains("\nsweep: {target_log_likelihood: ["))
        #expect(files(below: folder("likelihood")) == ["hopper-random-r1.json"])
        try FileManager.default.copyItem(
            atPath: SystemRun.inputs("hopper_random-r1.hdf5"), toPath: folder("mine.hdf5"))
        let own = try SystemRun.activeBench(
            "probe-likelihood", folder("mine.hdf5"), "--environment", "Hopper-v4", "--presets", "hopper-medium",
            "--steps",
            "2", "--out", folder("own"))
        #expect(own.exitCode == 0 && own.standardOutput.hasPrefix("mine: L_BC = "), "\(own.output)")
        #expect(files(below: folder("own")) == ["mine.json"])
        let named = try SystemRun.activeBench("probe-likelihood", "hopper-random-r1", "--presets", "hopper-medium")
        #expect(named.exitCode == 64 && named.errorLines.count == 1, "\(named.output)")
        let absent = try SystemRun.activeBench("probe-likelihood", "hopper-absent-r1", "--out", folder("nothing"))
        #expect(absent.exitCode == 65 && absent.standardError.split(separator: "\n").count == 1, "\(absent.output)")
    }
}

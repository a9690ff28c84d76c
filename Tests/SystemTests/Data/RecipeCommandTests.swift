import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// `collect dataset`, jobs/make-datasets.sh, and what other commands say of our own datasets. The recordings themselves take
/// longer than a test may.
@Suite struct RecipeCommandTests {
    private let folder = TemporaryFolder()
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../jobs/make-datasets.sh").standardized.path

    /// A file with the name of one of our datasets and other contents is kept, and every command says so.
    @Test func otherContentsAreNamed() throws {
        let path = folder("hopper_medium-r1.hdf5")
        try FileManager.default.copyItem(atPath: SystemRun.inputs("hopper_random-r1.hdf5"), toPath: path)
        let note = "\(path) is not the hopper-medium-r1 of this repository's results: its contents are others"
        let before = bytes(of: path)
        for words in [["data", "verify", path], ["data", "info", path]] {
            let child = try ChildProcess.run("active-bench", words)
            #expect(child.exitCode == 0 && child.standardOutput.contains(note), "\(child.output)")
        }
        for ranks in [nil, 2] {
            let child = try ChildProcess.run(
                "active-bench", ["collect", "dataset", "hopper-medium-r1", "--out", folder.path], ranks: ranks)
            #expect(child.exitCode == 0 && child.standardOutput == "hopper-medium-r1 is there: \(path)\n")
            #expect(child.standardError.contains("warning: \(note)"), "\(child.output)")
        }
        #expect(bytes(of: path) == before)
    }

    /// Policies that are not there, a name without a recipe: one sentence, and nothing is made.
    @Test(arguments: [
        (["hopper-expert-r2"], 1, "hopper-expert-r2 cannot be made: expected the policy "),
        (["walker2d-medium-replay-r2"], 1, "walker2d-medium-replay-r2 cannot be made: expected 24 policies or more "),
        (["hopper-medium-expert-r2"], 2, "hopper-medium-r2 cannot be made: expected the policy "),
        (["hopper-medum-r2"], 1, "there is no recipe for 'hopper-medum-r2'; known: "),
    ])
    func whatCannotBeMade(datasets: [String], sentences: Int, beginning: String) throws {
        let child = try ChildProcess.run(
            "active-bench",
            ["collect", "dataset"] + datasets + ["--behaviour", folder("behaviour"), "--out", folder("data")], ranks: 2)
        #expect(child.exitCode == 65 && child.errorLines.count == sentences, "\(child.output)")
        #expect(child.errorLines.first?.hasPrefix(beginning) == true, "\(child.output)")
        #expect(folder.contents.isEmpty)
    }

    @Test func theScriptPassesItsArgumentsOn() throws {
        func make(_ words: String...) throws -> ChildProcess {
            try ChildProcess.run(
                Self.script, words,
                environment: [
                    "ACTIVE_BENCH_BINARY": RunningProcess.path(of: "active-bench"), "ACTIVE_BENCH_DATA": folder("data"),
                    "RANKS": "2",
                ])
        }
        let unknown = try make("hopper-medium-r1", "hopper-mine-r1")
        #expect(unknown.exitCode == 65, "\(unknown.output)")
        #expect(unknown.standardError.contains("there is no recipe for 'hopper-mine-r1'"), "\(unknown.output)")
        let help = try make("--help")
        #expect(help.exitCode == 0 && help.standardOutput.contains("all of them"), "\(help.output)")
    }
}

import Foundation
import Networks
import Policies
import ProgramRuns
import ScratchFiles
import Testing

/// `collect train` as a program: signals, ranks, refusals.
@Suite struct CollectTrainTests {
    private let folder = TemporaryFolder()
    private static let words = ["collect", "train", "--env", "hopper", "--snapshot-every", "500", "--episodes", "2"]

    private func contents(_ path: String) -> [String: [UInt8]] {
        let names = files(below: path).filter { !$0.contains("checkpoint-") }
        return Dictionary(uniqueKeysWithValues: names.map { ($0, bytes(of: "\(path)/\($0)")) })
    }

    /// Each seed's files do not depend on the number of ranks, on other seeds, or on stops.
    @Test func anyRanksAndStopsGiveTheSameBytes() throws {
        let words = Self.words + ["--steps", "1500"]
        for seed in ["4", "5", "6"] {
            let child = try ChildProcess.run("active-bench", words + ["--seeds", seed, "--out", folder("alone")])
            #expect(child.exitCode == 0, "\(child.output)")
        }
        let stopped = try ChildProcess.run(
            "active-bench", words + ["--seeds", "4-6", "--max-hours", "0.0002", "--out", folder("ranks")], ranks: 2)
        #expect(stopped.exitCode == 75, "\(stopped.output)")
        let ended = try ChildProcess.run(
            "active-bench", words + ["--seeds", "4-6", "--out", folder("ranks")], ranks: 2)
        #expect(ended.exitCode == 0, "\(ended.output)")
        #expect(contents(folder("alone")).count == 3 * 6)
        #expect(contents(folder("ranks")) == contents(folder("alone")))
        #expect(bytes(of: folder("alone/seed-4/replay.bin")) != bytes(of: folder("alone/seed-5/replay.bin")))
        #expect(try PolicyFile.read(folder("ranks/seed-6/policy-0001500.safetensors")).sizes == (11, 3))
    }

    /// SIGTERM leaves a checkpoint, from which the same command goes on.
    @Test func goesOnAfterASignal() throws {
        let words = Self.words + ["--steps", "3000", "--out", folder("t")]
        let job = try RunningProcess("active-bench", words)
        waitUntil("a snapshot", orEndOf: job) {
            files(below: folder("t")).contains { $0.hasSuffix("0001000.safetensors") }
        }
        let process = RunningProcess.identifiers(of: "active-bench", withArgument: folder("t")).last
        kill(try #require(process), SIGTERM)
        let stopped = try job.end()
        #expect(stopped.exitCode == 75, "\(stopped.output)")
        #expect(files(below: folder("t")).contains { $0.contains("checkpoint-") })
        let ended = try ChildProcess.run("active-bench", words)
        #expect(ended.exitCode == 0, "\(ended.output)")
        let whole = try ChildProcess.run("active-bench", Self.words + ["--steps", "3000", "--out", folder("whole")])
        #expect(whole.exitCode == 0, "\(whole.output)")
        #expect(contents(folder("t")) == contents(folder("whole")))
    }

    /// A finished training is not trained again, and its buffer can be recorded afterwards, up to any snapshot.
    @Test func recordsTheBufferOfAFinishedTraining() throws {
        let words = Self.words + ["--out", folder("t")]
        #expect(try ChildProcess.run("active-bench", words + ["--steps", "1000"]).exitCode == 0)
        let recorded = try ChildProcess.run(
            "active-bench", words + ["--steps", "500", "--record", folder("hopper_buffer-r9.hdf5")])
        #expect(recorded.exitCode == 0 && recorded.standardOutput.isEmpty, "\(recorded.output)")
        let info = try SystemRun.activeBench("data", "info", folder("hopper_buffer-r9.hdf5"))
        #expect(info.standardOutput.contains("rows          500,"), "\(info.output)")
    }

    @Test(arguments: [
        (["--steps", "700"], 64, "--steps: expected a multiple of --snapshot-every 500, found 700"),
        (["--environments", "3"], 64, "--snapshot-every: expected a multiple of --environments 3, found 500"),
        (["--seeds", "2-1"], 64, "'2-1'"), (["--seeds", "1,1"], 64, "'1,1'"), (["--seeds", "-1"], 64, "--seeds"),
        (["--seeds", "0,1", "--record", "x.hdf5"], 64, "--record: expected one seed, found 2"),
        (["--from", "/nowhere.bin"], 65, "/nowhere.bin: no such file; expected a checkpoint"),
        (["--from", "/etc/passwd"], 65, "/etc/passwd: cannot resume from it: "),
        (["--episodes", "0"], 64, "--episodes: expected 1 to 100000, found 0"),
        (["--max-hours", "0"], 64, "--max-hours: expected more than 0, found 0"),
    ])
    func refusals(_ words: [String], _ code: Int32, _ sentence: String) throws {
        let child = try ChildProcess.run(
            "active-bench", Self.words + ["--steps", "500", "--out", folder("t")] + words)
        #expect(child.exitCode == code, "\(child.output)")
        #expect(child.standardError.contains(sentence), "\(child.output)")
        #expect(files(below: folder("t")).isEmpty)
    }
}

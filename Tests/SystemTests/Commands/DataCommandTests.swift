import DatasetTools
import Datasets
import Foundation
import Paths
import ProgramRuns
import ScratchFiles
import Suites
import Testing

/// `active-bench data list`, `info` and `verify` on ordinary files.
@Suite struct DataCommandTests {
    let folder = TemporaryFolder()
    private let name = "hopper_random-r1.hdf5"

    private func data(_ arguments: String..., folder: String = SystemRun.inputs.path) throws -> ChildProcess {
        try ChildProcess.run(
            "active-bench", ["data"] + arguments, environment: ["ACTIVE_BENCH_DATA": folder, "D4RL_DATASET_DIR": ""])
    }

    private func summary(_ path: String) throws -> DatasetSummary {
        let file = try D4RLFile(path: path)
        return DatasetSummary(file, try Transitions(file, maximumSteps: 1000), remarks: [])
    }

    // MARK: List

    @Test func listShowsTheStateOfEachFile() throws {
        try FileManager.default.copyItem(atPath: SystemRun.inputs(name), toPath: folder(name))
        put([1, 2, 3], at: folder("hopper_medium-v2.hdf5"))
        let child = try data("list", folder: folder.path)
        #expect(child.exitCode == 0, "\(child.output)")
        let rows = child.standardOutput.split(separator: "\n").map { $0.split(separator: " ").map { String($0) } }
        // A heading, D4RL's, one of our own, the file of a wrong size, and the folders.
        #expect(rows.count == 1 + D4RLCatalogue.names.count + 1 + 2)
        #expect(rows.contains(["walker2d-medium-v2", "232254996", "absent", "walker2d_medium-v2.hdf5"]))
        #expect(rows.contains(["hopper-medium-v2", "152756557", "wrong", "size", folder("hopper_medium-v2.hdf5")]))
        #expect(rows.contains(["hopper-random-r1", "\(bytes(of: folder(name)).count)", "present", folder(name)]))
        #expect(child.standardOutput.contains("\nhopper_medium-v2.hdf5: expected 152756557 bytes, found 3\n"))
        #expect(child.standardOutput.hasSuffix("\nfolders searched: \(folder.path)\n"))
    }

    /// The file is reported in the list and where it is requested.
    @Test func anUnreadableFileIsNotReportedAsAbsent() throws {
        let path = folder("hopper_medium-r1.hdf5")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let sentence = "\(path): expected a regular file, found a folder, pipe or device"
        let list = try data("list", folder: folder.path)
        #expect(list.exitCode == 0 && list.standardOutput.contains("\n\(sentence)\n"), "\(list.output)")
        let rows = list.standardOutput.split(separator: "\n").map { $0.split(separator: " ").map { String($0) } }
        #expect(rows.contains(["hopper-medium-r1", "-", "unreadable", path]), "\(list.output)")
        for command in ["info", "verify"] {
            let child = try data(command, "hopper-medium-r1", folder: folder.path)
            #expect(child.exitCode == 65 && child.errorLines == [sentence], "\(child.output)")
        }
    }

    /// A file whose name is not UTF-8, or contains the characters that stand for such bytes, is passed to the child.
    @Test(arguments: [[0x6D, 0xE4], Array("%41\u{10FFE4}".utf8)] as [[UInt8]])
    func filesOfAnyNameAreVerified(name: [UInt8]) throws {
        let path = folder(PathBytes.text(of: name + Array(".hdf5".utf8)))
        let bytes = bytes(of: SystemRun.inputs(self.name))
        let descriptor = Paths.open(path, O_WRONLY | O_CREAT, 0o600)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        let command = [RunningProcess.path(of: "active-bench"), "data", "inspect", "--"]
        guard case .read(let summary) = try DatasetInspector(command: command).inspect([path])[0].outcome else {
            Issue.record("not read")
            return
        }
        #expect(summary.rows == 3000)
    }

    @Test func listForMachines() throws {
        let json = try JSONDecoder().decode(
            [DatasetListing].self, from: Data(try data("list", "--json").standardOutput.utf8))
        #expect(try json == DatasetLocation(folders: [SystemRun.inputs.path]).listings())
        let rows = try data("list", "--tsv").standardOutput.split(separator: "\n").map { $0.split(separator: "\t") }
        #expect(rows.map { String($0[0]) } == D4RLCatalogue.names)
        let entry = try #require(D4RLCatalogue.entry(of: "kitchen-partial-v0"))
        #expect(
            rows.contains {
                $0.map { String($0) } == ["kitchen-partial-v0", entry.url, "19558459", entry.sha256, entry.fileName]
            })
        let two = try data("list", "--tsv", "kitchen-mixed-v0", "hopper-medium-v2").standardOutput
        #expect(
            two.split(separator: "\n").map { $0.prefix(while: { $0 != "\t" }) } == [
                "kitchen-mixed-v0", "hopper-medium-v2",
            ])
    }

    @Test(arguments: [
        (["list", "hoper-medium-v2"], "there is no dataset 'hoper-medium-v2'; did you mean 'hopper-medium-v2'?"),
        (["verify", "pong-v2"], "there is no dataset 'pong-v2'; `active-bench data list` prints the known ones"),
        (["list", "--tsv", "hopper-random-r1"], "hopper-random-r1: D4RL publishes no such dataset; "),
        (["info", "hopper-expert-r1"], "hopper_expert-r1.hdf5: expected the file of hopper-expert-r1 in "),
        (
            ["info", "mujoco/hopper/medium-v0"],
            "mujoco/hopper/medium-v0: expected a readable file, found none; a dataset of Minari's is written "
                + "'minari:mujoco/hopper/medium-v0'"
        ),
        (
            ["verify", "D4RL/pen/human-v2"],
            "D4RL/pen/human-v2: expected a readable file, found none; a dataset of Minari's"
        ),
        (["info", "none/none.hdf5"], "none/none.hdf5: expected a readable file, found No such file or directory"),
        (
            ["info", "/proc/absent.hdf5"],
            "/proc/absent.hdf5: expected a readable file, found No such file or directory"
        ),
    ])
    func absentDatasets(arguments: [String], sentence: String) throws {
        let child = try ChildProcess.run(
            "active-bench", ["data"] + arguments,
            environment: ["ACTIVE_BENCH_DATA": SystemRun.inputs.path, "D4RL_DATASET_DIR": ""])
        #expect(child.exitCode == 65 && child.standardOutput.isEmpty, "\(child.output)")
        #expect(child.errorLines.count == 1 && child.errorLines[0].hasPrefix(sentence), "\(child.output)")
    }

    @Test(arguments: [
        ["list", "--json", "--tsv"], ["info"], ["verify"], ["verify", "a.hdf5", "--sha256", "abc"],
        ["verify", "a.hdf5", "b.hdf5", "--sha256", String(repeating: "0", count: 64)],
    ])
    func invalidCommandLines(arguments: [String]) throws {
        let child = try ChildProcess.run("active-bench", ["data"] + arguments)
        #expect(child.exitCode == 64 && child.standardOutput.isEmpty, "\(child.output)")
    }

    // MARK: Info

    @Test func infoShowsTheContentsOfAFile() throws {
        let child = try data("info", "hopper-random-r1")
        #expect(child.exitCode == 0, "\(child.output)")
        let path = SystemRun.inputs(name)
        let summary = try summary(path)
        for line in [
            "file          \(path)", "sha256        \(try sha256(ofFile: path))", "published     no, not by D4RL",
            "rows          3000, observations of 11, actions of 3",
            "transitions   \(summary.transitions) by D4RL's rule",
            "terminals     \(summary.terminals)", "trajectories  \(summary.returns.trajectories)",
            "contents      sha256 \(summary.contentsSHA256)", "  environment  hopper",
        ] {
            #expect(child.standardOutput.contains("\(line)\n"), "\(line) in \(child.output)")
        }
        #expect(child.standardOutput.split(separator: "\n").count < 30, "one screen")
        let json = try JSONSerialization.jsonObject(with: Data(try data("info", path, "--json").standardOutput.utf8))
        let information = try #require(json as? [String: Any])
        #expect(information["path"] as? String == path)
        #expect((information["summary"] as? [String: Any])?["rows"] as? Int == 3000)
    }

    /// A generated file under the name of one of D4RL's datasets is distinguished from it.
    @Test func infoOfAStandIn() throws {
        try FileManager.default.copyItem(atPath: SystemRun.inputs(name), toPath: folder("hopper_medium-v2.hdf5"))
        let child = try data("info", "hopper-medium-v2", folder: folder.path)
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(
            child.standardOutput.contains("published     no: D4RL's hopper-medium-v2 has another SHA-256\n"),
            "\(child.output)")
    }

    // MARK: Verify

    @Test func verifyChecksEveryFile() throws {
        let good = SystemRun.inputs(name)
        let digest = try sha256(ofFile: good)
        let transitions = try summary(good).transitions
        let standIn = folder("hopper_medium-v2.hdf5")
        try FileManager.default.copyItem(atPath: good, toPath: standIn)
        let child = try data("verify", standIn, folder("none.hdf5"), good)
        #expect(child.exitCode == 65)
        #expect(
            child.standardOutput == """
                \(standIn): good, 3000 rows, \(transitions) transitions
                  note: \(standIn) is not D4RL's published hopper-medium-v2: its SHA-256 is another, as that \
                of re-compressed data is
                \(good): good, 3000 rows, \(transitions) transitions

                """)
        #expect(
            child.errorLines == [
                "\(folder("none.hdf5")): expected a readable file, found No such file or directory"
            ], "\(child.output)")
        #expect(try data("verify", good, "--sha256", digest.uppercased()).exitCode == 0)
        let other = try data("verify", good, "--sha256", String(digest.reversed()))
        #expect(other.exitCode == 65 && other.standardOutput.isEmpty)
        #expect(
            other.errorLines == [
                "\(good): expected a file with SHA-256 \(String(digest.reversed())), found one with \(digest); it is "
                    + "damaged or another one: download or make it again"
            ])
    }

    /// `verify` refuses what a run would refuse.
    @Test func verifyKnowsTheEnvironmentsWidths() throws {
        try HostileFile("", "") { _ in }.write(to: folder("hopper_small-r1.hdf5"))
        let child = try data("verify", "hopper-small-r1", folder: folder.path)
        #expect(child.exitCode == 65)
        #expect(
            child.errorLines == [
                "\(folder("hopper_small-r1.hdf5")): fields 'observations' and 'actions': expected widths 11 and 3 of hopper, "
                    + "found 2 and 1"
            ], "\(child.output)")
    }
}

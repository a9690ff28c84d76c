import Cases
import ExampleInputs
import Foundation
import Networks
import Policies
import ProgramRuns
import ScratchFiles
import Testing

@Suite struct CommandTests {
    let folder = TemporaryFolder()

    @Test func helpListsTheSubcommands() throws {
        let child = try SystemRun.activeBench("--help")
        #expect(child.exitCode == 0)
        for name in ["config", "plan", "run", "table", "collect", "data", "bench", "info", "render"] {
            #expect(child.standardOutput.contains("\n  \(name) "), "\(child.output)")
        }
    }

    @Test func planShowsWhatIsDone() throws {
        put(SystemRun.study.utf8, at: folder("study.yaml"))
        func lines(_ arguments: String...) throws -> [Substring] {
            let child = try ChildProcess.run("active-bench", ["plan", folder("study.yaml")] + arguments)
            #expect(child.exitCode == 0, "\(child.output)")
            return child.standardOutput.split(separator: "\n")
        }
        let before = try lines("--ranks", "2", "--out", folder("nothing"))
        #expect(before.first == "ranks    state  Tera-multiply-adds  case")
        let cases = before.dropFirst().prefix(6)
        #expect(cases.map { String($0.split(separator: " ").last ?? "") } == SystemRun.cases)
        #expect(Set(cases.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }) == ["0 todo", "1 todo"])
        let cells = before.dropFirst(7).prefix(3)
        #expect(cells.first?.split(separator: " ") == ["core-hours", "IQL", "SQL", "ACTIVE-I", "all"])
        #expect(cells.dropFirst().map { $0.prefix { $0 != " " } } == ["hopper-random-r1", "all"])
        #expect(before.dropFirst(10).first?.hasPrefix("gradient steps measured just now (") == true)
        #expect(before.last?.hasPrefix("6 cases, 6 to do on 2 ranks: ") == true && before.count == 12)
        #expect(folder.contents == ["study.yaml"], "plan changes nothing")

        let after = try lines("--out", SystemRun.undisturbed("out"))
        #expect(after.dropFirst().prefix(6).allSatisfy { $0.hasPrefix("-        done") })
        #expect(after.last?.hasPrefix("6 cases, 0 to do on 1 rank: ") == true)
    }

    /// A plan of many cases shows only their costs, unless the list is requested.
    @Test func planOfManyCases() throws {
        put(SystemRun.study.replacing("[0, 1]", with: "0-19").utf8, at: folder("study.yaml"))
        let short = try SystemRun.activeBench("plan", folder("study.yaml"))
        #expect(short.exitCode == 0 && short.standardOutput.split(separator: "\n").count == 5, "\(short.output)")
        let long = try SystemRun.activeBench("plan", folder("study.yaml"), "--cases")
        #expect(long.standardOutput.split(separator: "\n").count { $0.contains("/seed-") } == 60)
        let json = try SystemRun.activeBench("plan", folder("study.yaml"), "--json", "--ranks", "3")
        let document = try JSONSerialization.jsonObject(with: Data(json.standardOutput.utf8)) as? [String: Any]
        let cases = try #require(document?["cases"] as? [[String: Any]])
        #expect(cases.count == 60 && Set(cases.compactMap { $0["rank"] as? Int }) == [0, 1, 2])
        #expect(document?["coreHours"] as? Double ?? 0 > 0)
    }

    @Test func infoTellsOfEveryRank() throws {
        let child = try SystemRun.activeBench("info", ranks: 2)
        #expect(child.exitCode == 0, "\(child.output)")
        let lines = child.standardOutput.split(separator: "\n").map { String($0) }
        for rank in 0..<2 {
            let line = lines.first { $0.hasPrefix("  rank \(rank) on ") }
            #expect(line?.hasSuffix(" bytes; 1 BLAS thread") == true, "\(child.output)")
        }
        #expect(lines.count { $0.hasPrefix("  rank ") } == 2)
        for name in ["MPI", "HDF5", "MuJoCo", "BLAS", "glibc"] {
            let version = lines.first { $0.hasPrefix(name + " ") }?.dropFirst(name.count)
            #expect(version?.contains { $0.isNumber } == true, "a version of \(name) in \(child.output)")
        }
        let json = try SystemRun.activeBench("info", "--json", ranks: 2)
        let ranks = try JSONDecoder().decode([Provenance].self, from: Data(json.standardOutput.utf8))
        #expect(ranks.map(\.rank) == [0, 1] && ranks.allSatisfy { $0.ranks == 2 && $0.blasThreads == 1 })
    }

    // MARK: Table

    @Test func tableInEveryProtocolAndFormat() throws {
        let out = SystemRun.undisturbed("out")
        for (format, name) in [("markdown", "table.md"), ("latex", "table.tex"), ("csv", "table.csv")] {
            let child = try SystemRun.activeBench("table", out, "--format", format)
            #expect(child.exitCode == 0)
            #expect(child.standardOutput == text(of: "\(out)/\(name)"), "\(format): as at the end of the run")
        }
        for (name, words) in [
            ("last", "last (the final evaluation)"), ("best", "best (the best evaluation"),
            ("last10", "last10 (the mean"),
        ] {
            let child = try SystemRun.activeBench("table", out, "--protocol", name)
            #expect(child.exitCode == 0 && child.standardOutput.contains("Protocol: \(words)"), "\(child.output)")
        }
        expectEqual(SystemRun.results(out), SystemRun.reference)
    }

    @Test func tableOfAnUnfinishedRun() throws {
        try FileManager.default.copyItem(atPath: SystemRun.undisturbed("out"), toPath: folder("out"))
        try FileManager.default.removeItem(atPath: folder("out/cases/\(SystemRun.cases[1])/result.json"))
        for name in [2, 3] { try FileManager.default.removeItem(atPath: folder("out/cases/\(SystemRun.cases[name])")) }
        let child = try SystemRun.activeBench("table", folder("out"))
        #expect(child.exitCode == 0, "\(child.output)")
        let row = child.standardOutput.split(separator: "\n").first { $0.hasPrefix("| hopper-random-r1") }
        let cells = row?.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
        #expect(cells.count > 4)
        #expect(cells.dropFirst().first?.hasSuffix(" (1/2)") == true, "\(cells)")
        #expect(cells.dropFirst(2).first == "– (0/2)", "\(cells)")
        #expect(cells.dropFirst(3).first?.contains("±") == true, "\(cells)")
    }

    @Test func tableOfAFolderWithoutARun() throws {
        let child = try SystemRun.activeBench("table", folder.path)
        #expect(child.exitCode == 65)
        #expect(
            child.errorLines == ["\(folder("run.json")): no such file; expected a folder made by `active-bench run`"])
    }

    // MARK: Collect

    /// Not even root can create files in /proc.
    @Test(arguments: ["/proc/x.hdf5", "/proc/folder/x.hdf5", "policy.safetensors/x.hdf5"])
    func aDatasetThatCannotBeWritten(out: String) throws {
        let path = out.hasPrefix("/") ? out : SystemRun.inputs(out)
        let child = try SystemRun.activeBench(
            "collect", "rollout", "--env", "hopper", "--policy", SystemRun.inputs("policy.safetensors"),
            "--transitions", "100", "--out", path)
        #expect(child.exitCode == 74, "\(child.output)")
        #expect(child.standardError.split(separator: "\n").count == 1, "\(child.output)")
        let place = (path as NSString).deletingLastPathComponent
        #expect(child.errorLines.first?.contains(place) == true, "\(child.output)")
        #expect(child.standardOutput.isEmpty)
    }

    @Test func benchOfAnAbsentPolicyIsRefused() throws {
        let child = try ChildProcess.run(
            "active-bench", ["bench", "rollout", "--env", "hopper", "--policy", folder("absent")])
        #expect(child.exitCode == 65, "\(child.output)")
        #expect(child.errorLines == ["\(folder("absent")): no such policy file"])
        #expect(child.standardOutput.isEmpty)
    }

    @Test func rolloutOfAnAbsentPolicyIsRefused() throws {
        let out = folder("hopper_random-r1.hdf5")
        let arguments = ["collect", "rollout", "--transitions", "100", "--out", out, "--env"]
        let absent = try ChildProcess.run("active-bench", arguments + ["hopper", "--policy", folder("absent")])
        #expect(absent.exitCode == 65)
        #expect(absent.errorLines == ["\(folder("absent")): no such policy file"])
        try PolicyFile.write(.example("wide", observations: 17, actions: 6), to: folder("wide"))
        let wide = try ChildProcess.run("active-bench", arguments + ["hopper", "--policy", folder("wide")])
        #expect(wide.exitCode == 65)
        #expect(wide.errorLines.first?.contains("17 observations") == true)
        let unknown = try ChildProcess.run("active-bench", arguments + ["hoper", "--policy", folder("wide")])
        #expect(unknown.exitCode == 65)
        #expect(unknown.errorLines.first?.contains("there is no environment 'hoper'") == true, "\(unknown.output)")
        #expect(!folder.contents.contains("hopper_random-r1.hdf5"))
    }
}

import ProgramRuns
import ScratchFiles
import Testing

/// What `plan`, `config --study` and `run` say of a study besides their result.
@Suite struct StudyRemarkTests {
    private let folder = TemporaryFolder()

    /// A kind of data that a run refuses.
    struct Data: CustomTestStringConvertible {
        var testDescription: String
        /// An item of the study's `datasets`.
        var item: String
        /// The file's name in the test's folder.
        var file: String
        var exitCode: Int32 = 65
        /// A command of Bash that makes what is there.
        var make = "true"
    }

    /// The plan does not need the data, so it is printed; the note says what a run does.
    @Test(arguments: [
        Data(testDescription: "absent", item: "hopper-none-r1", file: "hopper_none-r1.hdf5"),
        Data(testDescription: "own, absent", item: "{name: mine, file: a.hdf5, environment: hopper}", file: "a.hdf5"),
        Data(
            testDescription: "own, a pipe", item: "{name: mine, file: a.hdf5, environment: hopper}", file: "a.hdf5",
            make: "mkfifo a.hdf5"),
        Data(
            testDescription: "own, below a file", item: "{name: mine, file: a/b.hdf5, environment: hopper}",
            file: "a/b.hdf5", make: "touch a"),
        Data(
            testDescription: "a link to itself", item: "hopper-none-r1", file: "hopper_none-r1.hdf5", exitCode: 74,
            make: "ln -s hopper_none-r1.hdf5 hopper_none-r1.hdf5"),
    ])
    func dataThatCannotBeRead(data: Data) throws {
        put(SystemRun.study.replacing("[hopper-random-r1]", with: "[\(data.item)]").utf8, at: folder("study.yaml"))
        #expect(try ChildProcess.run("/bin/bash", ["-c", "cd \(folder.path) && \(data.make)"]).exitCode == 0)
        func activeBench(_ words: [String]) throws -> ChildProcess {
            try ChildProcess.run("active-bench", words, environment: ["ACTIVE_BENCH_DATA": folder.path])
        }
        let run = try activeBench(["run", folder("study.yaml"), "--out", folder("out")])
        #expect(run.exitCode == data.exitCode && run.errorLines.count == 1, "\(run.output)")
        let sentence = try #require(run.errorLines.first)
        let place = sentence.split(separator: ": expected ")[0]
        #expect(place.hasSuffix(data.file), "\(sentence)")
        for words in [["plan", folder("study.yaml")], ["config", "--study", folder("study.yaml")]] {
            let child = try activeBench(words)
            #expect(child.exitCode == 0 && child.standardOutput.contains("6 cases"), "\(child.output)")
            let notes = child.notes.filter { $0.hasPrefix("`run` refuses ") }
            #expect(notes.count == 1, "\(child.standardError)")
            #expect(notes.first?.contains(" with exit code \(data.exitCode): \(place): ") == true, "\(notes)")
        }
    }

    /// A file given by its path is missed as well, and one that is there is not.
    @Test(arguments: [false, true]) func aFileOnTheCommandLine(isThere: Bool) throws {
        let path = isThere ? SystemRun.inputs("hopper_random-r1.hdf5") : folder("a.hdf5")
        let child = try SystemRun.activeBench("config", "BC", path, "--environment", "hopper")
        #expect(child.exitCode == 0 && child.standardOutput.contains("\n  BC:\n"), "\(child.output)")
        #expect(child.notes.count == (isThere ? 0 : 1) && child.notes.allSatisfy { $0.contains(path) })
    }

    /// A guessed setting is named once for a learner and a dataset, by every command that reads the study.
    @Test func aGuess() throws {
        let path = SystemRun.inputs("hopper_random-r1.hdf5")
        let study = SystemRun.study.replacing(
            "[hopper-random-r1]", with: "[{name: mine, file: \(path), environment: hopper}]"
        ).replacing("steps: 60", with: "steps: 5")
        let plan = try SystemRun.activeBench("plan", write(study))
        let config = try SystemRun.activeBench("config", "--study", write(study))
        let run = try SystemRun.run(study, in: folder, ranks: 2)
        for child in [plan, config, run] {
            #expect(child.exitCode == 0, "\(child.output)")
            let notes = child.notes.filter { $0.contains("guess") }
            #expect(
                notes == [
                    "ACTIVE-I on mine: H_D is a guess, -1.5: set target_log_likelihood below the L_BC that "
                        + "`active-bench probe-likelihood` measures on this dataset"
                ], "\(child.standardError)")
        }
        let chosen = try SystemRun.activeBench(
            "plan", write(study.replacing("m: 3}", with: "m: 3, target_log_likelihood: -1.5}")))
        #expect(chosen.exitCode == 0 && chosen.notes.isEmpty, "\(chosen.output)")
    }

    private func write(_ study: String) -> String {
        put(study.utf8, at: folder("study.yaml"))
        return folder("study.yaml")
    }
}

extension ChildProcess {
    /// The notes on standard error, without "note: ".
    fileprivate var notes: [String] {
        standardError.split(separator: "\n").filter { $0.hasPrefix("note: ") }.map {
            String($0.dropFirst("note: ".count))
        }
    }
}

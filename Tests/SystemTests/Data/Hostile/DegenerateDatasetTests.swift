import Cases
import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// Valid datasets of little use for training are either refused in one sentence by both `data verify` and `run`, or
/// trained on with a remark in `data info`, in the run's first lines and in `result.json`.
@Suite struct DegenerateDatasetTests {
    let folder = TemporaryFolder()
    private let file = "hopper_mine-r1.hdf5"

    private func run(_ learner: String, batch: Int = 16) throws -> ChildProcess {
        let study = """
            name: degenerate
            datasets: [hopper-mine-r1]
            seeds: [0]
            steps: 20
            evaluate: {every: 20, episodes: 1}
            learners: {\(learner): {hidden: [8, 8], batch: \(batch)}}
            """
        return try SystemRun.run(study, in: folder, ranks: 1, data: folder.path)
    }

    private func data(_ command: String) throws -> ChildProcess {
        try SystemRun.activeBench("data", command, folder(file), data: folder.path)
    }

    private static let zeros = [Bool](repeating: false, count: 400)

    // MARK: Datasets with a remark

    static let remarkable: [(arrays: FieldArrays, learner: String, remark: String)] = [
        (FieldArrays(rows: 2), "BC", "1 transition is fewer than a batch of 16 (setting 'batch')"),
        (FieldArrays(rows: 5), "TD3+BC", "all transitions are of one trajectory"),
        (FieldArrays { $0.rewards = [Double](repeating: 0, count: 400) }, "BC", "every reward is 0.0"),
        (FieldArrays { ($0.terminals, $0.timeouts) = (zeros, zeros) }, "TD3+BC", "no row ends an episode"),
        (
            FieldArrays {
                $0.nextObservations = [Float](repeating: 0, count: 7 * 11) + [Float](repeating: .nan, count: 393 * 11)
            },
            "BC", "field 'next_observations', which training does not use, holds nan in row 7"
        ),
        (
            FieldArrays { $0.observations = $0.observations.map { $0 * 1e30 } }, "BC",
            "its square is beyond single precision"
        ),
        (FieldArrays { $0.rewards[5] = 1e38 }, "BC", "field 'rewards' holds 1e+38 in row 5"),
        (
            FieldArrays { $0.actions = $0.actions.map { $0 < 0 ? -1 : 1 } }, "BC",
            "every action is at its limit, -1 or 1"
        ),
        (
            FieldArrays { arrays in for i in 0..<400 { arrays.observations[11 * i + 4] = 3 } }, "BC",
            "4 of an observation's 11 elements (counted from 0) never change"
        ),
        (
            FieldArrays { arrays in
                arrays.rewards = (0..<400).map { $0 % 40 == 0 ? ($0 == 80 ? 50.00001 : 50) : 0 }
                arrays.timeouts = zeros
                arrays.terminals = (0..<400).map { $0 % 40 == 39 }
            }, "IQL", "is rounding"
        ),
    ]

    @Test(arguments: remarkable.indices) func remarkableDataAreTrainedOn(index: Int) throws {
        let (arrays, learner, remark) = Self.remarkable[index]
        try arrays.write(to: folder(file))
        let info = try data("info")
        // The batch size is the study's; `info` knows only the presets'.
        let known = remark.replacing("batch of 16", with: "batch of 256")
        #expect(info.exitCode == 0 && info.standardOutput.contains(known), "\(info.output)")
        let child = try run(learner)
        #expect(child.exitCode == 0, "\(child.output)")
        let said = child.standardError.split(separator: "\n").filter {
            $0.contains("note: hopper-mine-r1: ") && $0.contains(remark)
        }
        #expect(said.count == 1, "\(child.output)")
        let results = files(below: folder("out")).filter { $0.hasSuffix("/result.json") }
        let result = try CaseResult.read(folder("out/\(results.first ?? "none")"))
        #expect(result.remarks?.filter { $0.contains(remark) }.count == 1, "\(String(describing: result.remarks))")
    }

    @Test func goodDataHaveNoRemark() throws {
        try FieldArrays().write(to: folder(file))
        let child = try run("IQL")
        #expect(child.exitCode == 0 && !child.standardError.contains("note: hopper-mine-r1"), "\(child.output)")
        let result = files(below: folder("out")).first { $0.hasSuffix("/result.json") } ?? "none"
        #expect(!text(of: folder("out/\(result)")).contains("remarks"), "the bytes are what they were")
        #expect(try !data("info").standardOutput.contains("note  "))
    }

    // MARK: Refused datasets

    static let refused: [(arrays: FieldArrays, learner: String, isRefusedByVerify: Bool, words: [String])] = [
        (FieldArrays { $0.rewards = $0.rewards.map { $0 * 1e300 } }, "BC", true, ["'rewards'", "row 0"]),
        (
            FieldArrays { $0.rewards = [Double](repeating: 0, count: 400) }, "IQL", false,
            ["'rewards'", "'reward: return-range'", "found 10 with return 0.0", "'reward: raw'"]
        ),
        (FieldArrays(rows: 2), "SQL", false, ["'rewards'", "found 1 with return", "'reward: raw'"]),
        (
            FieldArrays { arrays in
                for i in 0..<400 { arrays.observations[11 * i] = i == 200 ? -3.3e38 : 3.3e38 }
            }, "TD3+BC", false, ["'observations'", "row 200", "'normalise_observations: true'"]
        ),
        (
            FieldArrays {
                $0.terminals = [Bool](repeating: false, count: 400); $0.timeouts = [Bool](repeating: true, count: 400)
            },
            "BC", true, ["'timeouts'", "found none in 400 rows"]
        ),
        (FieldArrays { $0.actions[4] = 1.5 }, "BC", true, ["'actions'", "1.5 in row 1"]),
        (FieldArrays { $0.observations[25] = .nan }, "BC", true, ["'observations'", "nan in row 2"]),
    ]

    @Test(arguments: refused.indices) func uselessDataAreRefused(index: Int) throws {
        let (arrays, learner, isRefusedByVerify, words) = Self.refused[index]
        try arrays.write(to: folder(file))
        let child = try run(learner)
        #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
        #expect(child.errorLines.allSatisfy { $0.hasPrefix("\(folder(file)): field ") })
        for word in words { #expect(child.errorLines.allSatisfy { $0.contains(word) }, "\(word) in \(child.output)") }
        let verified = try data("verify")
        // A conflict with a setting is no fault of the file.
        #expect(verified.exitCode == (isRefusedByVerify ? 65 : 0), "\(verified.output)")
        if isRefusedByVerify { #expect(verified.errorLines == child.errorLines) }
    }
}

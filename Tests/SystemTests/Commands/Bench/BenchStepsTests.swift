import Foundation
import MPI
import ProgramRuns
import Testing

/// `active-bench bench steps` on few steps: tests its report, not the speed.
@Suite(.serialized) struct BenchStepsTests {
    private struct Report: Decodable {
        struct Learner: Decodable {
            let learner: String
            let stepsPerSecond, units, floor, shareOfFloor, bytesPerStep: Double
            let allocationsPerStep: Double?
        }
        let kernels: String
        let productMilliseconds: [String: Double]
        let ownProductMilliseconds: Double
        let vectorBytes: Int
        let learners: [Learner]
    }

    private func bench(_ options: String...) throws -> Report {
        let child = try ChildProcess.run(
            "active-bench", ["bench", "--json", "--repetitions", "1", "--steps", "8"] + options)
        #expect(child.exitCode == 0, "\(child.output)")
        return try JSONDecoder().decode(Report.self, from: Data(child.standardOutput.utf8))
    }

    /// Uses the fastest kernels and counts allocations, of which there are none.
    @Test func figures() throws {
        let report = try bench("--only", "ACTIVE-I m=2,ACTIVE-I m=20")
        #expect(report.learners.map(\.learner) == ["ACTIVE-I m=2", "ACTIVE-I m=20"])
        #expect(report.productMilliseconds.min { $0.value < $1.value }?.key == report.kernels)
        for time in report.productMilliseconds.values + [report.ownProductMilliseconds] {
            #expect(time.isFinite && time > 0)
        }
        for (line, floor) in zip(report.learners, [28.13, 121.57]) {
            #expect(abs(line.floor - floor) < 0.01, "17.75 + 5.19 m, counted by hand")
            #expect(abs(line.shareOfFloor * line.units / line.floor - 1) < 1e-9)
            #expect(line.allocationsPerStep == 0)
            #expect(line.stepsPerSecond > 0 && line.units > 0)
        }
        // Eighteen more members, each of 69,000 parameters with their moments and activations.
        #expect(report.learners[1].bytesPerStep - report.learners[0].bytesPerStep > 18 * 5e6)
    }

    @Test func withTheKernelsInUse() throws {
        let report = try bench("--as-is", "--only", "BC")
        #expect(report.productMilliseconds.keys.sorted() == [report.kernels])
        #expect(report.learners.count == 1 && report.learners[0].allocationsPerStep == nil, "not counted")
        #expect(abs(report.learners[0].floor - 3.12) < 0.01)
    }

    private struct Comparison: Decodable {
        let learner: String
        let cores: Int
        let stepsPerSecondAlone, stepsPerSecond, productGain, stepGain, efficiency: Double
    }

    /// A process for each core that this one may use; in JSON and as a table.
    @Test func onAllCores() throws {
        let options = ["bench", "--all-cores", "--repetitions", "1", "--seconds", "0.1", "--only", "BC,TD3+BC"]
        let child = try ChildProcess.run("active-bench", options + ["--json"])
        #expect(child.exitCode == 0, "\(child.output)")
        let comparisons = try JSONDecoder().decode([Comparison].self, from: Data(child.standardOutput.utf8))
        #expect(comparisons.map(\.learner) == ["BC", "TD3+BC"])
        for line in comparisons {
            #expect(line.cores == CPUBinding.ofThisThread().physicalCores.count && line.stepsPerSecondAlone > 0)
            #expect(abs(line.stepGain - line.stepsPerSecond / line.stepsPerSecondAlone) < 1e-9)
            #expect(abs(line.efficiency - line.stepGain / line.productGain) < 1e-9)
        }
        let table = try ChildProcess.run("active-bench", options)
        #expect(table.exitCode == 0, "\(table.output)")
        let lines = table.standardOutput.split(separator: "\n")
        #expect(lines.count == 4 && lines[3].hasPrefix("TD3+BC "), "\(table.output)")
    }

    @Test(arguments: [
        (["--all-cores", "--profile"], "--all-cores: expected without --profile"),
        (["--all-cores", "--seconds", "0"], "--seconds: expected a number above 0, at most 3600, found 0.0"),
        (["--all-cores", "--seconds", "nan"], "--seconds: expected a number above 0, at most 3600, found nan"),
    ])
    func badOptionsOfAllCores(options: [String], sentence: String) throws {
        let child = try ChildProcess.run("active-bench", ["bench"] + options)
        #expect(child.exitCode == 64 && child.standardError.contains(sentence), "\(child.output)")
    }

    @Test func table() throws {
        let child = try ChildProcess.run(
            "active-bench", ["bench", "--as-is", "--repetitions", "1", "--steps", "8", "--only", "TD3+BC"])
        #expect(child.exitCode == 0, "\(child.output)")
        let lines = child.standardOutput.split(separator: "\n")
        #expect(lines.count == 4 && lines[3].hasPrefix("TD3+BC "), "\(child.output)")
        #expect(lines[3].contains(" 12.01 "), "the floor")
    }

    @Test func profile() throws {
        let child = try ChildProcess.run(
            "active-bench", ["bench", "--as-is", "--steps", "8", "--only", "BC", "--profile"])
        #expect(child.exitCode == 0, "\(child.output)")
        let lines = child.standardOutput.split(separator: "\n")
        #expect(lines.first == "BC" && lines.last?.hasPrefix("the whole") == true, "\(child.output)")
        #expect(lines.contains { $0.hasPrefix("product a b") && $0.contains("256×256×256") })
    }

    /// Two ranks share a step: every network belongs to a rank, and each rank's time includes its exchange.
    @Test func profileOfATeam() throws {
        let child = try ChildProcess.run(
            "active-bench", ["bench", "steps", "--steps", "8", "--only", "ACTIVE-I m=2", "--profile", "--team"],
            ranks: 2)
        #expect(child.exitCode == 0, "\(child.output)")
        let lines = child.standardOutput.split(separator: "\n")
        let titles = lines.filter { $0.hasPrefix("rank ") }
        #expect(titles.map { $0.prefix(13) } == ["rank 0 of 2: ", "rank 1 of 2: "], "\(child.output)")
        #expect(
            titles.flatMap { $0.dropFirst(13).split(separator: ",") }
                .map { $0.trimmingCharacters(in: .whitespaces) }.sorted()
                == ["critics 0", "critics 1", "policy 0", "values 0", "values 1"])
        #expect(lines.count { $0.hasPrefix("exchange with the team") } == 2)
        #expect(lines.count { $0.hasPrefix("the whole") } == 2)
    }
}

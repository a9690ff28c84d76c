import Foundation
import ProgramRuns
import Scaling
import ScratchFiles
import Testing

/// `active-bench scale` measures and predicts speedups and refuses invalid input.
@Suite struct ScaleCommandTests {
    private let folder = TemporaryFolder()
    private static let short = ["--seconds", "0.01", "--rounds", "1", "--predict", "16", "batch=32", "hidden=[16, 16]"]

    private func scale(_ arguments: String..., ranks: Int?) throws -> ChildProcess {
        try ChildProcess.run("active-bench", ["scale"] + arguments + Self.short, ranks: ranks)
    }

    private func report(_ arguments: String..., ranks: Int?) throws -> ScalingReport {
        let child = try ChildProcess.run(
            "active-bench", ["scale", "--json"] + arguments + Self.short, ranks: ranks)
        #expect(child.exitCode == 0, "\(child.output)")
        return try JSONDecoder().decode(ScalingReport.self, from: Data(child.standardOutput.utf8))
    }

    /// Rates depend on the machine; speedup and efficiency follow from a
    /// rate, the work of a step and the figure of `one` rank.
    private func expectSense(
        _ figure: ScalingPoint.Figure, _ point: ScalingPoint, relativeTo one: ScalingPoint.Figure?,
        location: SourceLocation = #_sourceLocation
    ) {
        #expect(figure.stepsPerSecond.isFinite && figure.stepsPerSecond > 0, "\(figure)", sourceLocation: location)
        let efficiency = figure.speedup / Double(point.ranks)
        #expect(abs(figure.efficiency / efficiency - 1) < 1e-9, "\(point)", sourceLocation: location)
        guard let one, point.kind != .weak else { return }
        let speedup = figure.stepsPerSecond / one.stepsPerSecond
        #expect(abs(figure.speedup / speedup - 1) < 1e-9, "\(point)", sourceLocation: location)
    }

    @Test func oneRank() throws {
        let report = try report("--members", "3", ranks: nil)
        #expect(report.ranks == 1 && report.measuredMessages == nil && report.predictions.isEmpty)
        #expect(report.checks.map(\.kind) == [.throughput], "\(report.checks)")
        let point = try #require(report.checks.first)
        for figure in [point.measured, point.predicted] {
            expectSense(try #require(figure), point, relativeTo: figure)
        }
        let given = try self.report("--members", "3", "--network", "1.5,0.5,1,0.08", ranks: nil)
        #expect(given.predictionMessages?.origin == "given" && !given.predictions.isEmpty)
    }

    @Test(arguments: [2, 3]) func severalRanks(ranks: Int) throws {
        let report = try report("--members", "4", "--measure-network", ranks: ranks)
        #expect(report.ranks == ranks && report.subject == "ACTIVE-I m=4")
        #expect(report.sharesCores == (report.coresOfNode < ranks))
        for kind in ScalingPoint.Kind.allCases {
            let points = report.checks.filter { $0.kind == kind }
            #expect(points.map(\.ranks) == Array(1...ranks), "\(kind)")
            #expect(points.map(\.members) == (1...ranks).map { kind == .weak ? 4 * $0 : 4 })
            for point in points {
                expectSense(try #require(point.measured), point, relativeTo: points.first?.measured)
                // Of cases between one rank and all, whose contention the model was told, it predicts nothing.
                guard kind != .throughput || [1, ranks].contains(point.ranks) else {
                    #expect(point.predicted == nil)
                    continue
                }
                expectSense(try #require(point.predicted), point, relativeTo: points.first?.predicted)
            }
            #expect(points.first?.measured?.efficiency == 1)
            let predicted = report.predictions.filter { $0.kind == kind }
            #expect(predicted.map(\.ranks).last == (kind == .strong ? 6 : 16))
            for point in predicted { expectSense(try #require(point.predicted), point, relativeTo: nil) }
        }
        let costs = try #require(report.measuredMessages?.parameters)
        #expect(costs.message(bytes: 1024).isFinite && costs.message(bytes: 1024) > 0, "\(costs)")
        expectTraffic(report)
    }

    /// The model's messages equal those that the team's exchange has counted, for every learner.
    private func expectTraffic(_ report: ScalingReport, location: SourceLocation = #_sourceLocation) {
        let points = report.checks.filter { $0.kind != .throughput && $0.ranks > 1 }
        #expect(!points.isEmpty, sourceLocation: location)
        for point in points {
            #expect(
                point.traffic == point.predictedTraffic && point.traffic?.messages ?? 0 > 0,
                "\(report.subject) on \(point.ranks): \(point)", sourceLocation: location)
        }
    }

    @Test(arguments: [
        ["--learner", "TD3+BC"], ["--learner", "IQL"], ["--learner", "ACTIVE-S", "backup=mean"],
        ["--learner", "CQL", "critic_hidden=[16, 16]", "sampled_actions=2", "lagrange=true"],
    ]) func messagesOfEveryLearner(words: [String]) throws {
        let child = try ChildProcess.run(
            "active-bench", ["scale", "--json", "--members", "3"] + words + Self.short, ranks: 3)
        #expect(child.exitCode == 0, "\(child.output)")
        let report = try JSONDecoder().decode(ScalingReport.self, from: Data(child.standardOutput.utf8))
        expectTraffic(report)
        #expect(report.checks.contains { $0.kind == .weak } == (words[1] == "ACTIVE-S"))
    }

    @Test func filesAndStudy() throws {
        put(SystemRun.study.utf8, at: folder("study.yaml"))
        let out = folder("deep/out")
        let child = try scale(
            "--members", "2", "--network", "1.5,0.5,1,0.08", "--study", folder("study.yaml"), "--out", out, ranks: 2)
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(text(of: "\(out)/scale.txt") == child.standardOutput)
        for line in ["Strong scaling: one case on a team", "Cases of small over ranks, predicted"] {
            #expect(child.standardOutput.contains("\n\(line)\n"), "\(child.output)")
        }
        for name in ["strong", "weak", "throughput"] {
            let rows = text(of: "\(out)/\(name).csv").split(separator: "\n")
            #expect(rows.count { $0.hasPrefix("measured,") } == 2 && rows.count { $0.hasPrefix("predicted,") } > 3)
            let columns = Set(rows.map { $0.split(separator: ",", omittingEmptySubsequences: false).count })
            #expect(columns == [12], "\(rows)")
        }
        let study = text(of: "\(out)/study.csv").split(separator: "\n").dropFirst()
            .map { $0.split(separator: ",").compactMap { Double($0) } }
        #expect(study.map(\.first) == [1, 2, 3, 4, 6, 8, 12, 16] && study.allSatisfy { $0.count == 5 })
        let hours = study.map { $0[2] }
        #expect(zip(hours, hours.dropFirst()).allSatisfy { $1 <= $0 * 1.5 } && hours.allSatisfy { $0 > 0 }, "\(hours)")
        // Measured parameters can be given on the command line again.
        let again = try scale("--members", "2", "--network", "\(out)/network.json", ranks: nil)
        #expect(again.exitCode == 0 && again.standardOutput.contains("with messages given: L "), "\(again.output)")
    }

    @Test(arguments: [
        (["--learner", "ACTIVE"], "learner: expected 'ACTIVE-I' or 'ACTIVE-S', found 'ACTIVE'"),
        (["--members", "0"], "m: expected a whole number from 1 to 1024, found '0'"),
        (["--network", "1,2,3"], "--network: expected L,o,g,G in µs"),
        (["--measure-network"], "--measure-network: expected two ranks or more, found one"),
        (["--measure-network", "--network", "1,1,1,1"], "--measure-network and --network: expected one of them"),
        (["--seconds", "0"], "--seconds: expected 0.001 to 60, found 0.0"),
        (["--rounds", "0"], "--rounds: expected 1 to 1000, found 0"),
        (["--predict", "0"], "--predict: expected 1 to 65536, found 0"),
        (["batsh=3"], "ACTIVE-I: expected 'batch', found the key 'batsh'"),
    ]) func refusals(words: [String], sentence: String) throws {
        let child = try ChildProcess.run("active-bench", ["scale"] + words)
        #expect(child.exitCode == 64 && child.standardOutput.isEmpty, "\(child.output)")
        #expect(child.standardError.contains(sentence), "\(child.output)")
    }

    /// The error is found before the measurements begin, and reported once.
    @Test func refusedOnSeveralRanks() throws {
        put("no folder".utf8, at: folder("file"))
        let place = try scale("--out", folder("file/out"), ranks: 2)
        #expect(place.exitCode == 74 && place.errorLines.count == 1, "\(place.output)")
        let study = try scale("--study", folder("nowhere.yaml"), ranks: 2)
        #expect(study.exitCode == 65 && study.errorLines.count == 1, "\(study.output)")
    }
}

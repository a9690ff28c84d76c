import Foundation
import Storage

/// What a scaling study has found.
package struct ScalingReport: Sendable, Codable, Equatable {
    /// What messages cost, and where that comes from.
    package struct Network: Sendable, Codable, Equatable {
        /// In seconds.
        package var parameters: LogGPParameters
        /// "measured between ranks 0 and 1", "given".
        package var origin: String
    }

    /// "ACTIVE-I m=10".
    package var subject: String
    /// The largest m that a study may ask for.
    package var largestEnsemble: Int
    /// Of the job.
    package var ranks: Int
    /// Ranks of the node that has most for its cores.
    package var ranksOfNode: Int
    /// Cores that these may run on.
    package var coresOfNode: Int
    /// Of which medians are taken.
    package var rounds: Int
    /// Of each subject in each round.
    package var seconds: Double
    /// OpenBLAS's.
    package var kernels: String
    /// A step's seconds on a rank while all are at work over those of one alone; 1 for one rank.
    package var busyFactor: Double
    /// What the model is checked with; nil for one rank.
    package var measuredNetwork: Network?
    /// What is predicted with; nil where nothing is.
    package var predictionNetwork: Network?
    /// Measured, each with what the model says.
    package var checks: [ScalingPoint]
    /// Predicted.
    package var predictions: [ScalingPoint]
    /// The study's name; nil without one.
    package var study: String?
    /// The study's most expensive case and what it takes on as many ranks as have something to do in it.
    package var mostExpensiveCase: String?
    /// Predicted, of the study.
    package var studyPoints: [StudyPoint]

    /// The keys in `scale.json`.
    private enum CodingKeys: String, CodingKey {
        case subject, largestEnsemble, ranks, ranksOfNode, coresOfNode, rounds, seconds, kernels, busyFactor
        case measuredNetwork, predictionNetwork, checks, predictions, study, studyPoints
        case mostExpensiveCase = "dearestCase"
    }

    /// A study on so many ranks.
    package struct StudyPoint: Sendable, Codable, Equatable {
        /// Of the job.
        package var ranks: Int
        /// Ranks of a team.
        package var teamSize: Int
        /// Until the last case is done.
        package var hours: Double
        /// Core-hours on one rank over those of all ranks until the end.
        package var efficiency: Double
        /// The busiest rank's predicted seconds over the mean.
        package var imbalance: Double
    }

    /// Whether ranks share cores, so that the figures say nothing of scaling.
    package var sharesCores: Bool { ranksOfNode > coresOfNode }
}

// As files.
extension ScalingReport {
    /// All of it for other programs.
    package func json() throws -> String {
        String(decoding: try ScalingReport.encoded(self), as: UTF8.self)
    }

    /// Writes `scale.json`, `scale.txt`, `network.json` (what `--network` reads) and a table for plots of every kind.
    ///
    /// - Throws: `HarnessError.io`.
    package func write(to folder: String) throws {
        try DurableFile.makeFolder(folder)
        try DurableFile.write(json() + "\n", to: "\(folder)/scale.json")
        try DurableFile.write(text, to: "\(folder)/scale.txt")
        if let network = measuredNetwork?.parameters {
            try DurableFile.write(ScalingReport.encoded(network) + Data("\n".utf8), to: "\(folder)/network.json")
        }
        for kind in ScalingPoint.Kind.allCases {
            try DurableFile.write(table(kind), to: "\(folder)/\(kind.rawValue).csv")
        }
        guard !studyPoints.isEmpty else { return }
        let lines = studyPoints.map { "\($0.ranks),\($0.teamSize),\($0.hours),\($0.efficiency),\($0.imbalance)" }
        try DurableFile.write(
            (["ranks,team_size,hours,efficiency,imbalance"] + lines).joined(separator: "\n") + "\n",
            to: "\(folder)/study.csv")
    }

    private static func encoded(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }

    /// Comma-separated: measured with what the model says of the same, then the predictions; what there is none of is empty.
    private func table(_ kind: ScalingPoint.Kind) -> String {
        func text(_ value: Double?) -> String { value.map { String(format: "%.6g", $0) } ?? "" }
        func figure(_ figure: ScalingPoint.Figure?) -> [String] {
            [text(figure?.stepsPerSecond), text(figure?.speedup), text(figure?.efficiency)]
        }
        func line(_ point: ScalingPoint, _ network: String) -> String {
            ([network, "\(point.ranks)", point.members.map { "\($0)" } ?? ""] + figure(point.measured)
                + [text(point.efficiencyRange?.first), text(point.efficiencyRange?.last)]
                + figure(point.predicted) + [text(point.error)]).joined(separator: ",")
        }
        let header =
            "rows,ranks,members,steps_per_second,speedup,efficiency,efficiency_lowest,efficiency_highest,"
            + "predicted_steps_per_second,predicted_speedup,predicted_efficiency,error"
        return
            ([header] + checks.filter { $0.kind == kind }.map { line($0, "measured") }
            + predictions.filter { $0.kind == kind }.map { line($0, "predicted") }).joined(separator: "\n") + "\n"
    }
}

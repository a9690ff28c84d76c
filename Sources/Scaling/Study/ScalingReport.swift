import Foundation
import Storage

/// The results of a scaling study.
package struct ScalingReport: Sendable, Codable, Equatable {
    /// The cost of messages, and its origin.
    package struct MessageCosts: Sendable, Codable, Equatable {
        /// The parameters in seconds.
        package var parameters: LogGPParameters
        /// The origin: "measured between ranks 0 and 1", "given".
        package var origin: String
    }

    /// The subject: "ACTIVE-I m=10".
    package var subject: String
    /// The largest m that a study may use.
    package var largestEnsemble: Int
    /// The number of ranks in the job.
    package var ranks: Int
    /// The number of ranks on the node with the most ranks per core.
    package var ranksOfNode: Int
    /// The number of cores available to these ranks.
    package var coresOfNode: Int
    /// The number of rounds, of which medians are taken.
    package var rounds: Int
    /// Seconds per subject in each round.
    package var seconds: Double
    /// What computes products, "own, in vectors of 64 bytes".
    package var kernels: String
    /// Seconds per step on a rank while all work, divided by those of one alone; 1 for one rank.
    package var busyFactor: Double
    /// The measured cost of messages, used to check the model; nil for one rank.
    package var measuredMessages: MessageCosts?
    /// The cost of messages used for predictions; nil if there are none.
    package var predictionMessages: MessageCosts?
    /// The measured points, each with the model's value.
    package var checks: [ScalingPoint]
    /// The predicted points.
    package var predictions: [ScalingPoint]
    /// The study's name; nil without a study.
    package var study: String?
    /// The study's most expensive case and its time on as many ranks as it can use.
    package var mostExpensiveCase: String?
    /// The predicted times of the study.
    package var studyPoints: [StudyPoint]

    /// The keys in `scale.json`.
    private enum CodingKeys: String, CodingKey {
        case subject, largestEnsemble, ranks, ranksOfNode, coresOfNode, rounds, seconds, kernels, busyFactor
        case checks, predictions, study, studyPoints
        case measuredMessages = "measuredNetwork"
        case predictionMessages = "predictionNetwork"
        case mostExpensiveCase = "dearestCase"
    }

    /// The predicted time of a study on a number of ranks.
    package struct StudyPoint: Sendable, Codable, Equatable {
        /// The number of ranks in the job.
        package var ranks: Int
        /// The number of ranks per team.
        package var teamSize: Int
        /// Hours until the last case is done.
        package var hours: Double
        /// Core-hours on one rank divided by those of all ranks.
        package var efficiency: Double
        /// The busiest rank's predicted seconds divided by the mean.
        package var imbalance: Double
    }

    /// Whether ranks share cores, in which case the measurements say nothing about scaling.
    package var sharesCores: Bool { ranksOfNode > coresOfNode }
}

// Output files.
extension ScalingReport {
    /// The report as JSON.
    package func json() throws -> String { try jsonText(self) }

    /// Writes `scale.json`, `scale.txt`, `network.json` (which `--network` reads) and a CSV table for plots of every
    /// kind.
    ///
    /// - Throws: `HarnessError.io`.
    package func write(to folder: String) throws {
        try DurableFile.makeFolder(folder)
        try DurableFile.write(json() + "\n", to: "\(folder)/scale.json")
        try DurableFile.write(text, to: "\(folder)/scale.txt")
        if let costs = measuredMessages?.parameters {
            try DurableFile.write(jsonFile(costs), to: "\(folder)/network.json")
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

    /// The CSV table of a kind: measured points with the model's values, then predictions; missing values are empty.
    private func table(_ kind: ScalingPoint.Kind) -> String {
        func text(_ value: Double?) -> String { value.map { String(format: "%.6g", $0) } ?? "" }
        func figure(_ figure: ScalingPoint.Figure?) -> [String] {
            [text(figure?.stepsPerSecond), text(figure?.speedup), text(figure?.efficiency)]
        }
        func line(_ point: ScalingPoint, _ rows: String) -> String {
            ([rows, "\(point.ranks)", point.members.map { "\($0)" } ?? ""] + figure(point.measured)
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

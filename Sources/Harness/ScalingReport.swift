import Foundation

/// What a scaling study has found.
public struct ScalingReport: Sendable, Codable, Equatable {
    /// What messages cost, and where that comes from.
    public struct Network: Sendable, Codable, Equatable {
        /// In seconds.
        public var parameters: NetworkParameters
        /// "measured between ranks 0 and 1", "given".
        public var origin: String
    }

    /// "ACTIVE-I m=10".
    public var subject: String
    /// The largest m that a study may ask for.
    public var largestEnsemble: Int
    /// Of the job.
    public var ranks: Int
    /// Ranks of the node that has most for its cores.
    public var ranksOfNode: Int
    /// Cores that these may run on.
    public var coresOfNode: Int
    /// Of which medians are taken.
    public var rounds: Int
    /// Of each subject in each round.
    public var seconds: Double
    /// OpenBLAS's.
    public var kernels: String
    /// A step's seconds on a rank while all are at work over those of one alone; 1 for one rank.
    public var busyFactor: Double
    /// What the model is checked with; nil for one rank.
    public var measuredNetwork: Network?
    /// What is predicted with; nil where nothing is.
    public var predictionNetwork: Network?
    /// Measured, each with what the model says.
    public var checks: [ScalingPoint]
    /// Predicted.
    public var predictions: [ScalingPoint]
    /// The study's name; nil without one.
    public var study: String?
    /// The study's dearest case and what it takes on as many ranks as have something to do in it.
    public var dearestCase: String?
    /// Predicted, of the study.
    public var studyPoints: [StudyPoint]

    /// A study on so many ranks.
    public struct StudyPoint: Sendable, Codable, Equatable {
        /// Of the job.
        public var ranks: Int
        /// Ranks of a team.
        public var teamSize: Int
        /// Until the last case is done.
        public var hours: Double
        /// Core-hours on one rank over those of all ranks until the end.
        public var efficiency: Double
        /// The busiest rank's predicted seconds over the mean.
        public var imbalance: Double
    }

    /// Whether ranks share cores, so that the figures say nothing of scaling.
    public var sharesCores: Bool { ranksOfNode > coresOfNode }
}

// As files.
extension ScalingReport {
    /// All of it for other programs.
    public func json() throws -> String {
        String(decoding: try ScalingReport.encoded(self), as: UTF8.self)
    }

    /// Writes `scale.json`, `scale.txt`, `network.json` (what `--network` reads) and a table for plots of every kind.
    ///
    /// - Throws: `HarnessError.io`.
    public func write(to folder: String) throws {
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

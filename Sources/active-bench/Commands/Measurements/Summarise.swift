import ArgumentParser
import Failures
import Findings
import Foundation
import Report
import RunFolders
import Storage

/// `active-bench summarise`: what the studies below `jobs/` have found, as the tables of `results/`.
struct Summarise: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turn the runs of the scripts in jobs/ into the tables of results/.",
        subcommands: [SummarisePrecision.self, SummariseEnsembleSize.self, SummariseRanks.self, SummariseSoak.self])
}

/// `active-bench summarise precision`, for `jobs/precision.sh`.
struct SummarisePrecision: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "precision",
        abstract: "Compare the scores of precision=bf16 and bf16x3 with those of precision=fp32, seed by seed.",
        discussion: "The interval is that of the mean difference over pairs (Student's t).")

    @Argument(help: "Run folder of a study in which every learner has `sweep: {precision: [fp32, bf16]}`.")
    var folder: String

    func run() throws {
        try runAlone {
            let run = RunFolder(folder)
            let comparisons = try PrecisionComparison.all(in: Aggregation(run).table(.last10))
            try emit(
                PrecisionComparison.heading(StudyExtent(run)) + "\n"
                    + comparisons.map(\.markdown).joined(separator: "\n"))
        }
    }
}

/// `active-bench summarise ensemble-size`, for `jobs/ensemble-size.sh`.
struct SummariseEnsembleSize: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ensemble-size", abstract: "Show the benefit and cost of an ensemble of V networks, by its size.")

    @Argument(help: "Run folder of a study of ACTIVE-I with `sweep: {m: […]}`.")
    var folder: String
    @Option(help: "What a gradient step costs: the output of `bench steps --json` for the same sizes.")
    var costs: String
    @Option(help: "Write all numbers to this file (CSV), too.")
    var csv: String?

    func run() throws {
        try runAlone {
            let sizes = try EnsembleSize(RunFolder(folder), costs: costs)
            if let csv { try DurableFile.write(sizes.csv, to: csv) }
            try emit(sizes.heading + "\n" + sizes.markdown)
        }
    }
}

/// `active-bench summarise ranks`, for `jobs/measure-ranks.sh`.
struct SummariseRanks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ranks", abstract: "Show the speed-up of two ranks over one, and the cost of checkpoints.")

    @Argument(help: "Folder of the measurements, as jobs/measure-ranks.sh writes it.")
    var folder: String

    func run() throws { try runAlone { try emit(RankGains(folder).markdown) } }
}

/// `active-bench summarise soak`, for `jobs/soak.sh`.
struct SummariseSoak: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak", abstract: "Print the largest number of steps between two checkpoints of a case.",
        discussion: """
            Exit code 65 if a case resumed from a checkpoint other than its last one or the one after, whose row in \
            timing.csv a kill may have prevented.
            """)

    @Argument(help: "Run folder of a study that was interrupted and resumed.")
    var folder: String
    @Option(help: "Steps between two checkpoints, as in `run --checkpoint-steps`.")
    var checkpointSteps: Int

    func validate() throws {
        guard (1...1_000_000_000).contains(checkpointSteps) else {
            throw ValidationError("--checkpoint-steps: expected 1 to 1000000000, found \(checkpointSteps)")
        }
    }

    func run() throws {
        try runAlone {
            let distance = try CheckpointDistance(RunFolder(folder), interval: checkpointSteps)
            try emit(line: String(distance.largest))
        }
    }
}

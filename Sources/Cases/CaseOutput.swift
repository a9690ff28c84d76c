import Algorithms
import Failures
import Foundation
import Storage
import Studies

/// The files of a case that grow while it runs. Only a team's leader has one.
final class CaseOutput {
    private let curve: AppendOnlyFile
    private let evaluations: AppendOnlyFile
    private let timing: AppendOnlyFile

    /// Files in the folder of `studyCase`, which are not touched yet.
    init(_ studyCase: StudyCase, _ folder: CaseFolder) {
        curve = AppendOnlyFile(folder.file("curve.csv"))
        evaluations = AppendOnlyFile(folder.file("evaluations.csv"))
        timing = AppendOnlyFile(folder.file("timing.csv"))
    }

    /// What is a function of the case alone: a checkpoint remembers how far it went.
    private var results: [AppendOnlyFile] { [curve, evaluations] }

    /// Begins all of them anew.
    func begin() throws {
        for file in results + [timing] { try file.begin() }
        try evaluations.append("step,episode,return,length,score\n")
        try timing.append("phase,step,seconds\n")
    }

    /// Goes on where a checkpoint was written. Times are kept also of what was done since and will be done again.
    ///
    /// - Throws: `HarnessError.badInput` when a file is not what it was then.
    func resume(at outputs: [OutputLength], step: Int) throws {
        for file in results {
            guard let output = outputs.first(where: { $0.name == file.position.name }) else {
                throw HarnessError.badInput("checkpoint: expected the length of \(file.position.name), found none")
            }
            try file.resume(at: output)
        }
        try timing.resumeAtEnd()
        try addTime("resume", step, 0)
    }

    /// How far each goes, what was added being on the disk.
    func positions() throws -> [OutputLength] {
        try timing.sync()
        for file in results { try file.sync() }
        return results.map(\.position)
    }

    /// A row of the learning curve; before the first, the heading.
    func addCurve(_ step: Int, _ diagnostics: [Diagnostic], isDiverged: Bool) throws {
        if curve.position.bytes == 0 {
            try curve.append((["step"] + diagnostics.map(\.name) + ["diverged"]).joined(separator: ",") + "\n")
        }
        let values = diagnostics.map { $0.value.isNaN ? "nan" : "\(Float($0.value))" }
        try curve.append(([String(step)] + values + [isDiverged ? "1" : "0"]).joined(separator: ",") + "\n")
    }

    /// The episodes of an evaluation.
    ///
    /// - Parameter score: of a return.
    func add(_ evaluation: EvaluationResult, score: (Double) -> Double) throws {
        for (k, episode) in evaluation.episodes.enumerated() {
            try evaluations.append(
                "\(evaluation.step),\(k),\(episode.return),\(episode.length),\(score(episode.return))\n")
        }
    }

    /// How long a phase took that ended after `step`.
    func addTime(_ phase: String, _ step: Int, _ seconds: Double) throws {
        try timing.append("\(phase),\(step),\(String(format: "%.3f", seconds))\n")
    }

    /// Everything is on the disk.
    func close() throws {
        for file in results + [timing] {
            try file.sync()
            try file.close()
        }
    }
}

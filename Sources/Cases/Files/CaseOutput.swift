import Algorithms
import Failures
import Foundation
import Storage
import Studies

/// The files that grow while a case runs. Only a team's leader has them.
final class CaseOutput {
    private let curve: AppendOnlyFile
    private let evaluations: AppendOnlyFile
    private let timing: AppendOnlyFile

    /// Refers to the files in the folder of `studyCase` without opening them.
    init(_ studyCase: StudyCase, _ folder: CaseFolder) {
        curve = AppendOnlyFile(folder.file("curve.csv"))
        evaluations = AppendOnlyFile(folder.file("evaluations.csv"))
        timing = AppendOnlyFile(folder.file("timing.csv"))
    }

    /// The files whose contents depend only on the case; checkpoints record their length and hash.
    private var results: [AppendOnlyFile] { [curve, evaluations] }

    /// Creates all files with their headings, in place of any that exist.
    func create() throws {
        for file in results + [timing] { try file.createEmpty() }
        try evaluations.append("step,episode,return,length,score\n")
        try timing.append("phase,step,seconds\n")
    }

    /// Continues at the state recorded by a checkpoint. Times are kept even for steps that will be repeated.
    ///
    /// - Throws: `HarnessError.badInput` if a file has changed since.
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

    /// Syncs the files and returns the length and hash of each.
    func positions() throws -> [OutputLength] {
        try timing.sync()
        for file in results { try file.sync() }
        return results.map(\.position)
    }

    /// Adds a row to the learning curve, after a heading if it is the first.
    func addCurve(_ step: Int, _ diagnostics: [Diagnostic], isDiverged: Bool) throws {
        if curve.position.bytes == 0 {
            try curve.append((["step"] + diagnostics.map(\.name) + ["diverged"]).joined(separator: ",") + "\n")
        }
        let values = diagnostics.map { $0.value.isNaN ? "nan" : "\(Float($0.value))" }
        try curve.append(([String(step)] + values + [isDiverged ? "1" : "0"]).joined(separator: ",") + "\n")
    }

    /// Adds the episodes of an evaluation.
    ///
    /// - Parameter score: converts a return to a score.
    func add(_ evaluation: EvaluationResult, score: (Double) -> Double) throws {
        for (k, episode) in evaluation.episodes.enumerated() {
            try evaluations.append(
                "\(evaluation.step),\(k),\(episode.return),\(episode.length),\(score(episode.return))\n")
        }
    }

    /// Adds the duration of a phase that ended after `step`.
    func addTime(_ phase: String, _ step: Int, _ seconds: Double) throws {
        try timing.append("\(phase),\(step),\(String(format: "%.3f", seconds))\n")
    }

    /// Syncs and closes all files.
    func close() throws {
        for file in results + [timing] {
            try file.sync()
            try file.close()
        }
    }
}

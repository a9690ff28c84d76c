import Cases
import DatasetTools
import Foundation
import RunFolders
import ScratchFiles
import Studies
import Supervision

/// A case that is stopped and resumed in this process, any number of times.
///
/// The stop flag belongs to the whole process: no other training may run at the same time (`--no-parallel`).
struct StoppedRun {
    let studyCase: StudyCase
    let temporary = TemporaryFolder()
    private let data: PreparedData

    init(_ studyCase: StudyCase) throws {
        self.studyCase = studyCase
        data = try DataPreparation().data(for: studyCase)
    }

    var folder: RunFolder { RunFolder(temporary.path) }

    /// Never by time; the last checkpoint is kept, because it holds the whole state of the training.
    static func rule(every steps: Int? = nil) -> CheckpointRule {
        var rule = CheckpointRule()
        (rule.seconds, rule.steps, rule.keepsLast) = (nil, steps, true)
        return rule
    }

    /// Runs from the newest checkpoint until a stop is requested after step `stop`, or to the end.
    ///
    /// - Parameter looks: the number of times that an evaluation reads the
    ///   stop flag before the stop, in place of `stop`.
    /// - Returns: the step after which the case stopped, nil at the end; the first step made; the notices.
    @discardableResult
    func go(
        until stop: Int? = nil, orAfterLooks looks: Int? = nil, rule: CheckpointRule = StoppedRun.rule()
    ) throws -> (stopped: Int?, first: Int?, notices: [String]) {
        var (first, notices): (Int?, [String]) = (nil, [])
        var left = looks ?? .max
        Supervision.forget()
        defer { Supervision.forget() }
        let run = try CaseRun(studyCase, data: data, folder: folder.folder(of: studyCase), rule: rule)
        let outcome = try run.run(
            provenance: SmallRun.provenance, onNotice: { notices.append($0) },
            onProgress: {
                left -= 1
                if left <= 0 { Supervision.requestStop() }
            },
            onStep: { step in
                first = first ?? step
                if step == stop { Supervision.requestStop() }
            })
        switch outcome {
        case .done: return (nil, first, notices)
        case .stopped(let step): return (step, first, notices)
        case .takenOver: throw SmallRun.StoppedEarly()
        }
    }

    /// The files that must not depend on how often the case was stopped: all but those that record time and place, and
    /// of the checkpoints the last.
    var results: [String: [UInt8]] {
        let folder = folder.folder(of: studyCase).path
        let all = files(below: folder)
        let last = checkpoints.last
        let names = all.filter {
            !["provenance.json", "timing.csv"].contains($0) && (!$0.hasPrefix("checkpoint-") || $0 == last)
        }
        return Dictionary(uniqueKeysWithValues: names.map { ($0, bytes(of: "\(folder)/\($0)")) })
    }

    /// The names of the checkpoints, in ascending order.
    var checkpoints: [String] { files(below: folder.folder(of: studyCase).path).filter { $0.hasPrefix("checkpoint-") } }

    /// The path of a checkpoint.
    func path(_ name: String) -> String { folder.file(name, of: studyCase) }
}

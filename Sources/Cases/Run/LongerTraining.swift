import Algorithms
import Failures
import Foundation
import Storage
package import Studies

/// A case in the run folder for which the study now asks for more gradient steps; everything else is equal.
///
/// It may continue from a checkpoint if a run with the new number of steps would have had the same one. Only the old
/// last step can differ: its evaluation has `final_episodes`, and it may have an evaluation and a row of the learning
/// curve off the regular grid. These are removed, and made again at the steps where they are due.
package struct LongerTraining {
    /// The case with the number of steps that the study now asks for.
    let studyCase: StudyCase
    /// The case with the number of steps in its `config.yaml`.
    let before: StudyCase
    private let folder: CaseFolder
    private let store: CheckpointStore

    /// Parses a case's `config.yaml`; nil unless it differs from the study's case only by fewer steps.
    ///
    /// - `configuration`: the values in the file, line by line.
    package init?(_ studyCase: StudyCase, found configuration: [String], in folder: CaseFolder) {
        let digits = configuration.first { $0.hasPrefix("steps: ") }?.dropFirst("steps: ".count)
        guard let steps = digits.flatMap({ Int($0) }), (1..<studyCase.steps).contains(steps) else { return nil }
        var before = studyCase
        before.steps = steps
        guard configuration == StudyCase.values(ofConfiguration: before.configuration) else { return nil }
        self.studyCase = studyCase
        self.before = before
        self.folder = folder
        store = CheckpointStore(folder: folder.path)
    }

    /// The checkpoint to continue from, as the longer run would have written it; nil for a case without any, which can
    /// start from the beginning.
    ///
    /// - Throws: `HarnessError.badInput` with the reason why the case cannot continue.
    package func start() throws -> Checkpoint? {
        let isFinished = try isFinished
        guard try isFinished || store.stepOfNewest() != nil else { return nil }
        guard !studyCase.learner.followsHorizon else {
            throw refusal(
                "the rate of \(studyCase.learner.name)'s policy falls along a cosine that ends with the last step, so its "
                    + "first steps were different")
        }
        let (checkpoints, notices) = try store.readable()
        var reasons = notices
        for checkpoint in checkpoints {
            do {
                guard checkpoint.caseIdentifier == studyCase.identifier, let origin = origin(of: checkpoint) else {
                    throw Unfit(reason: "its checkpoint of step \(checkpoint.step) has other settings")
                }
                return try rewound(checkpoint, from: origin)
            } catch let unfit as Unfit {
                reasons.append(unfit.reason)
            }
        }
        guard isFinished || !checkpoints.isEmpty else { return nil }
        throw refusal(reasons.first ?? "no checkpoint is left of it (--keep-checkpoints keeps the last)")
    }

    /// Converts the folder's files to those of the longer case, which has passed `start()`; the case must be claimed.
    ///
    /// The run writes `config.yaml` afterwards. An attempt that was killed before that is repeated from here.
    func reopen() throws {
        if let checkpoint = try start() {
            try store.save(checkpoint)
            try store.removeAll(but: checkpoint.step)
        }
        for name in ["result.json", "policy.safetensors"] {
            try FileCalls.current.removed(folder.file(name))
        }
        try FileCalls.current.syncedFolder(folder.path)
    }

    private var isFinished: Bool {
        get throws { try FileCalls.isThere(folder.file("result.json")) }
    }

    /// Refuses a case that another job is training right now for fewer steps.
    ///
    /// - Parameter heartbeats: the folder of the run's heartbeats.
    /// - Throws: `HarnessError`.
    package func requireNotInUse(heartbeats: String) throws {
        guard try !isFinished else { return }
        let claim = try Claim.look(
            at: folder.path, heartbeats: heartbeats, now: { FileSystemClock.now(in: heartbeats) })
        if case .held(let holder) = claim { throw refusal("it is in use by \(Claim.name(holder))") }
    }

    private func refusal(_ reason: String) -> HarnessError {
        .badInput(
            "\(folder.file("config.yaml")) has 'steps: \(before.steps)' where the study now has 'steps: "
                + "\(studyCase.steps)', and the case cannot continue from there: \(reason): choose another --out folder, or remove "
                + "this case's")
    }

    // MARK: The old last step

    /// Why a longer training cannot continue from a checkpoint.
    private struct Unfit: Error { let reason: String }

    /// The case that wrote a checkpoint: this one with some number of steps. A `reopen` that was killed half-way leaves
    /// a checkpoint of the longer case together with the old `config.yaml`. nil if more than the steps differ.
    private func origin(of checkpoint: Checkpoint) -> StudyCase? {
        [before.steps, studyCase.steps, checkpoint.plannedSteps].lazy.compactMap { steps in
            steps.map { steps in
                var origin = studyCase
                origin.steps = steps
                return origin
            }
        }.first { $0.configurationDigest == checkpoint.configuration }
    }

    /// A checkpoint of `origin` without what the longer run would not have done at its step.
    private func rewound(_ checkpoint: Checkpoint, from origin: StudyCase) throws -> Checkpoint {
        var rewound = checkpoint
        (rewound.configuration, rewound.plannedSteps) = (studyCase.configurationDigest, studyCase.steps)
        let step = origin.steps
        guard checkpoint.step == step else { return rewound }
        if !studyCase.hasCurveRow(after: step) { try takeBackCurveRow(of: step, from: &rewound) }
        let isEvaluated = studyCase.isEvaluated(after: step) || rewound.progress.divergence?.isFinal ?? false
        if rewound.progress.evaluations.last?.step == step,
            !isEvaluated || studyCase.episodes(after: step) != origin.episodes(after: step)
        {
            try takeBackEvaluation(of: step, from: &rewound)
        }
        return rewound
    }

    private func takeBackCurveRow(of step: Int, from checkpoint: inout Checkpoint) throws {
        if let divergence = checkpoint.progress.divergence, divergence.step == step {
            guard !divergence.isFinal else {
                throw Unfit(
                    reason: "it diverged at step \(step), where a longer training has no row of the learning curve")
            }
            checkpoint.progress.divergence = nil
        }
        if checkpoint.progress.warning?.step == step { checkpoint.progress.warning = nil }
        try takeBackRows(of: step, in: "curve.csv", from: &checkpoint)
    }

    private func takeBackEvaluation(of step: Int, from checkpoint: inout Checkpoint) throws {
        if let warning = checkpoint.progress.simulatorWarning {
            guard warning.step == step else {
                throw Unfit(
                    reason:
                        "its final_episodes at step \(step) differ from a longer training's there, and MuJoCo's warnings "
                        + "are counted with them")
            }
            checkpoint.progress.simulatorWarning = nil
        }
        checkpoint.progress.evaluations.removeLast()
        try takeBackRows(of: step, in: "evaluations.csv", from: &checkpoint)
    }

    /// Removes the rows of `step` at the end of a file from the checkpoint's record of it; the file itself is cut when
    /// the case resumes.
    private func takeBackRows(of step: Int, in name: String, from checkpoint: inout Checkpoint) throws {
        let path = folder.file(name)
        guard let index = checkpoint.progress.outputs.firstIndex(where: { $0.name == name }),
            let text = try FileCalls.current.contents(of: path)?.prefix(checkpoint.progress.outputs[index].bytes),
            OutputLength(name: name, contents: text) == checkpoint.progress.outputs[index]
        else { throw Unfit(reason: "\(path) changed since the checkpoint was written") }
        var rest = text
        while let row = rest.dropLast().lastIndex(of: UInt8(ascii: "\n")).map({ $0 + 1 }),
            rest[row...].starts(with: Data("\(step),".utf8))
        {
            rest = rest[..<row]
        }
        checkpoint.progress.outputs[index] = OutputLength(name: name, contents: rest)
    }
}

extension CaseFolder {
    /// The values in `config.yaml`, line by line; nil if there is no such file.
    ///
    /// - Throws: `HarnessError.io` if it cannot be read.
    package func configuration() throws -> [String]? {
        try FileCalls.current.contents(of: file("config.yaml")).map {
            StudyCase.values(ofConfiguration: String(decoding: $0, as: UTF8.self))
        }
    }

    /// The longer training of `studyCase`, whose folder this is, if it was begun with fewer steps; otherwise nil.
    package func longerTraining(of studyCase: StudyCase) throws -> LongerTraining? {
        try configuration().flatMap { LongerTraining(studyCase, found: $0, in: self) }
    }
}

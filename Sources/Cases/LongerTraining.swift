import Algorithms
import Failures
import Foundation
import Storage
package import Studies

/// A case of the run folder whose study now asks for more gradient steps, all else being equal.
///
/// It may go on from a checkpoint if a run that had asked for so many steps from the start would have had the same at that
/// step. Only the old last step can differ: its evaluation has `final_episodes`, and there may be one, with a row of the
/// learning curve, off the grid of the others. These are then taken back, and come again where they are due.
package struct LongerTraining {
    /// With the steps that the study asks for now.
    let studyCase: StudyCase
    /// With the steps of its `config.yaml`.
    let before: StudyCase
    private let folder: CaseFolder
    private let store: CheckpointStore

    /// What `config.yaml` shows of a case; nil where it differs from what the study asks for by anything but fewer steps.
    ///
    /// - Parameter configuration: the values of the file, line by line.
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

    /// The checkpoint to go on from, as the longer run would have written it; nil for a case that left nothing and may
    /// begin anew.
    ///
    /// - Throws: `HarnessError.badInput` with the reason why there is none.
    package func start() throws -> Checkpoint? {
        let isFinished = try isFinished
        guard try isFinished || store.stepOfNewest() != nil else { return nil }
        guard !studyCase.learner.followsHorizon else {
            throw refusal(
                "the rate of \(studyCase.learner.name)'s policy falls along a cosine that ends with the last step, so its "
                    + "first steps were others")
        }
        let (checkpoints, notices) = try store.readable()
        var reasons = notices
        for checkpoint in checkpoints {
            do {
                guard checkpoint.caseIdentifier == studyCase.identifier, let origin = origin(of: checkpoint) else {
                    throw HarnessError.badInput("its checkpoint of step \(checkpoint.step) is of other settings")
                }
                return try rewound(checkpoint, from: origin)
            } catch HarnessError.badInput(let reason) {
                reasons.append(reason)
            }
        }
        guard isFinished || !checkpoints.isEmpty else { return nil }
        throw refusal(reasons.first ?? "no checkpoint is left of it (--keep-checkpoints keeps the last)")
    }

    /// Makes the folder's files those of a case of the longer study that has come to `start()`; the case must be claimed.
    ///
    /// `config.yaml` is left to whoever goes on: until it is written a next attempt comes here again.
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

    /// Refuses a case that another job is training for fewer steps at this very time.
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
                + "\(studyCase.steps)', and the case cannot go on from there: \(reason): choose another --out folder, or remove "
                + "this case's")
    }

    // MARK: The old last step

    /// The case that wrote a checkpoint: this one with some number of steps. `reopen`, killed half-way, leaves that of a longer
    /// one beside the old `config.yaml`. nil where it differs by more than its steps.
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
                throw HarnessError.badInput(
                    "it diverged at step \(step), where a longer training has no row of the learning curve")
            }
            checkpoint.progress.divergence = nil
        }
        if checkpoint.progress.warning?.hasPrefix("step \(step): ") ?? false { checkpoint.progress.warning = nil }
        try takeBackRows(of: step, in: "curve.csv", from: &checkpoint)
    }

    private func takeBackEvaluation(of step: Int, from checkpoint: inout Checkpoint) throws {
        if let warning = checkpoint.progress.simulatorWarning {
            guard warning.first.hasPrefix("step \(step), ") else {
                throw HarnessError.badInput(
                    "its final_episodes at step \(step) are other than a longer training's there, and MuJoCo's warnings "
                        + "are counted with them")
            }
            checkpoint.progress.simulatorWarning = nil
        }
        checkpoint.progress.evaluations.removeLast()
        try takeBackRows(of: step, in: "evaluations.csv", from: &checkpoint)
    }

    /// Shortens what the checkpoint remembers of a file by its last rows, those of `step`; the file itself is cut when the
    /// case goes on.
    private func takeBackRows(of step: Int, in name: String, from checkpoint: inout Checkpoint) throws {
        let path = folder.file(name)
        guard let index = checkpoint.progress.outputs.firstIndex(where: { $0.name == name }),
            let text = try FileCalls.current.contents(of: path)?.prefix(checkpoint.progress.outputs[index].bytes),
            OutputLength(name: name, contents: text) == checkpoint.progress.outputs[index]
        else { throw HarnessError.badInput("\(path) changed since the checkpoint was written") }
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
    /// The values of `config.yaml`, line by line; nil where there is none.
    ///
    /// - Throws: `HarnessError.io` when it cannot be read.
    package func configuration() throws -> [String]? {
        try FileCalls.current.contents(of: file("config.yaml")).map {
            StudyCase.values(ofConfiguration: String(decoding: $0, as: UTF8.self))
        }
    }

    /// `studyCase`, whose folder this is, if it was begun with fewer steps than it is to have; nil for any other.
    package func longerTraining(of studyCase: StudyCase) throws -> LongerTraining? {
        try configuration().flatMap { LongerTraining(studyCase, found: $0, in: self) }
    }
}

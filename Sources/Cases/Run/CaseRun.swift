import Algorithms
import Console
import Datasets
package import DatasetTools
import Environments
import Failures
import Foundation
import MPI
import Networks
import Numerics
import Storage
package import Studies
import Supervision
package import Teams

/// Trains and evaluates one case on a team of ranks, and writes its files.
///
/// Every rank of the team makes the same calls; the leader writes. A stopped case resumes from its newest checkpoint,
/// on a team of any size, and its results are byte for byte those of an uninterrupted run.
package final class CaseRun {
    /// How a case ended.
    package enum Outcome: Sendable {
        /// The case is finished.
        case done(CaseResult)
        /// The case was stopped, with a checkpoint after this number of gradient steps.
        case stopped(after: Int)
        /// Another job has taken the case over. This one has written no checkpoint and no result since it noticed; the
        /// other job removes rows that this one had added to the CSV files.
        case takenOver
    }

    /// How training ended.
    private enum End {
        case complete
        case stopped
        case takenOver
    }

    let studyCase: StudyCase
    let folder: CaseFolder
    let data: PreparedData
    let team: Team
    let learner: any Learner
    let placement: Placement
    let environment: any Environment
    let store: CheckpointStore
    /// The growing files; nil except on the leader.
    let output: CaseOutput?
    /// The results of the case so far.
    package var progress = CaseProgress()
    var phaseStart = DispatchTime.now()
    /// The number of gradient steps made.
    private(set) var step = 0
    /// The number of gradient steps made by this process.
    private var stepsMade = 0
    /// Messages about how the case was resumed.
    var notices: [String] = []
    private let exchange: TeamExchange?
    let criterion: DivergenceCriterion
    let rule: CheckpointRule

    /// A case on this process only.
    ///
    /// - Throws: `EnvironmentError` if the environment cannot be made.
    package convenience init(
        _ studyCase: StudyCase, data: PreparedData, folder: CaseFolder, rule: CheckpointRule = CheckpointRule()
    ) throws {
        try self.init(studyCase, data: data, folder: folder, team: .alone, rule: rule)
    }

    /// - Throws: `EnvironmentError` if the environment cannot be made.
    package init(_ studyCase: StudyCase, data: PreparedData, folder: CaseFolder, team: Team, rule: CheckpointRule)
        throws
    {
        self.studyCase = studyCase
        self.folder = folder
        self.data = data
        self.team = team
        self.rule = rule
        environment = try studyCase.data.makeEnvironment(stream: studyCase.stream.stream("environment"))
        let (states, actions) = (data.transitions.stateSize, data.transitions.actionSize)
        let networks = studyCase.learner.work(studyCase.hyperparameters, states: states, actions: actions)
        let placement = try Placement(networks, measuredOn: team, batch: studyCase.hyperparameters.batchSize)
        self.placement = placement
        exchange = team.communicator.map { communicator in
            TeamExchange(communicator, placement, worldRank: team.worldRank) { error in
                CaseRun.end(studyCase, in: folder, because: error)
            }
        }
        let members: any Exchange = exchange.map { $0 } ?? Solo()
        learner = studyCase.learner.make(
            studyCase.hyperparameters,
            problem: Problem(
                states: states, actions: actions, horizon: studyCase.steps, stream: studyCase.stream, team: members))
        criterion = DivergenceCriterion(
            data.transitions, suite: studyCase.data.suite, discount: studyCase.hyperparameters.discount)
        store = CheckpointStore(folder: folder.path)
        output = team.isLeader ? CaseOutput(studyCase, folder) : nil
    }

    /// Runs the case from its newest checkpoint, or from step 0 if it has none that can be read, until it is finished or
    /// a stop is requested. `result.json` is written last.
    ///
    /// - Parameters:
    ///   - provenance: the contents of `provenance.json`.
    ///   - isStillHeld: called on the leader before a checkpoint and before the result: whether no other job has taken over the
    ///     case.
    ///   - onNotice: called with messages about how the case was resumed.
    ///   - onProgress: called repeatedly during evaluations.
    ///   - onStep: called after every gradient step with the number of steps made.
    /// - Throws: `HarnessError`; `EnvironmentError` if the simulator fails.
    package func run(
        provenance: Provenance, isStillHeld: @escaping () -> Bool = { true },
        onNotice: (String) -> Void = { _ in }, onProgress: @escaping () throws -> Void = {},
        onStep: (Int) throws -> Void
    ) throws -> Outcome {
        Supervision.enter("preparation")
        try startOrResume(provenance)
        notices.forEach(onNotice)
        phaseStart = .now()
        Supervision.enter("training")
        let end = try train(
            StepBoundary(team, rule, after: step, isStillHeld: isStillHeld), onProgress: onProgress, onStep: onStep)
        try exchange?.finish()
        switch end {
        case .complete:
            Supervision.enter("writing of results")
            return .done(try concludeCase())
        case .stopped: return .stopped(after: step)
        case .takenOver: return .takenOver
        }
    }

    /// Prepares the folder, and continues from the newest checkpoint if there is one.
    private func startOrResume(_ provenance: Provenance) throws {
        if team.isLeader {
            try DurableFile.makeFolder(folder.path)
            DurableFile.removeUnfinished(in: folder.path)
            try folder.longerTraining(of: studyCase)?.reopen()
            try DurableFile.write(studyCase.configuration, to: folder.file("config.yaml"))
            try DurableFile.write(provenance.encoded(), to: folder.file("provenance.json"))
        }
        if let checkpoint = try newestCheckpoint() {
            try TrainingState(learner: learner, placement: placement, team: team).restore(checkpoint)
            step = checkpoint.step
            progress = checkpoint.progress
            try output?.resume(at: checkpoint.progress.outputs, step: step)
        } else {
            try output?.create()
        }
    }

    /// Makes all gradient steps and evaluations, unless training diverges or is stopped before.
    private func train(
        _ boundary: StepBoundary, onProgress: @escaping () throws -> Void, onStep: (Int) throws -> Void
    ) throws -> End {
        let loop = TrainingLoop(
            learner, on: data.transitions, stream: studyCase.stream, batchSize: studyCase.hyperparameters.batchSize,
            startingAt: step)
        while true {
            if isEvaluationDue {
                try endPhase("train")
                if let end = try checkpointIfDue(boundary, isPause: true) { return end }
                guard try evaluate(onProgress: onProgress) else { return try stop(boundary) }
                try endPhase("evaluate")
            }
            if step == studyCase.steps || progress.divergence?.isFinal ?? false { break }
            step += 1
            Supervision.step(step)
            exchange?.step = step
            try FaultInjection.atStep(step, rank: team.worldRank, spoil: spoilOneNetwork)
            loop.run(1)
            stepsMade += 1
            if studyCase.hasCurveRow(after: step) { try logCurve() }
            try onStep(step)
            if !isEvaluationDue, let end = try checkpointIfDue(boundary) { return end }
        }
        if try boundary.isTakenOver() { return .takenOver }
        if rule.keepsLast { try save(boundary) }
        return .complete
    }

    /// Sets a parameter of the first network trained by this rank to NaN.
    private func spoilOneNetwork() {
        let own = learner.networks.first {
            $0.optimiser != nil && placement.owner($0.group, $0.index) == team.rank
        }
        own?.parameters.mutate { $0[0] = .nan }
    }

    /// Whether the current policy has to be evaluated before the next step.
    private var isEvaluationDue: Bool {
        step > 0 && (studyCase.isEvaluated(after: step) || progress.divergence?.isFinal ?? false)
            && progress.evaluations.last?.step != step
    }

    /// Writes a checkpoint if one is due; returns how training ends if it does.
    private func checkpointIfDue(_ boundary: StepBoundary, isPause: Bool = false) throws -> End? {
        switch try boundary.decide(after: step, isPause: isPause) {
        case .goOn: return nil
        case .checkpoint:
            try save(boundary)
            return nil
        case .stop: return try stop(boundary)
        case .abandon: return .takenOver
        }
    }

    private func stop(_ boundary: StepBoundary) throws -> End {
        if try boundary.isTakenOver() { return .takenOver }
        try save(boundary)
        return .stopped
    }

    private func save(_ boundary: StepBoundary) throws {
        Supervision.enter("checkpoint")
        let start = DispatchTime.now()
        try saveCheckpoint()
        boundary.checkpointWritten(step)
        try output?.addTime("checkpoint", step, secondsSince(start))
        Supervision.enter("training")
    }

    /// Ends the whole job, because the exchange of a team cannot continue on the other ranks.
    private static func end(_ studyCase: StudyCase, in folder: CaseFolder, because error: any Error) -> Never {
        let failure = CaseFailure(identifier: studyCase.identifier, place: Supervision.where, cause: error)
        failure.leaveNote(in: folder.path)
        Console.reportError("\(failure.place): \(failure)")
        MPIEnvironment.abort(code: ExitStatus(for: error).rawValue)
    }

    /// What this rank has sent to its team; nil if it has none or made no step.
    package var traffic: CaseTraffic? {
        guard let traffic = exchange?.traffic, stepsMade > 0 else { return nil }
        return CaseTraffic(
            identifier: studyCase.identifier, steps: stepsMade, messages: traffic.messages, bytes: traffic.bytes,
            seconds: Double(traffic.nanoseconds) * 1e-9)
    }
}

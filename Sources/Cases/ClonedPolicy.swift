import Algorithms
package import Datasets
import Networks
import Numerics
package import Studies

/// A policy trained by behaviour cloning, without dropout, and the likelihood that it gives to actions.
package struct ClonedPolicy {
    let policy: GaussianPolicy

    /// Trains for the steps of `studyCase`, a case of BC, on its transformed `transitions`.
    ///
    /// - `progress`: called from time to time with the number of updates and the batch's E[log π].
    package init(_ studyCase: StudyCase, on transitions: Transitions, progress: (Int, Double) -> Void = { _, _ in }) {
        let settings = studyCase.hyperparameters
        let learner = LearnerDefinition.bc.make(
            settings,
            problem: Problem(
                states: transitions.stateSize, actions: transitions.actionSize, horizon: studyCase.steps,
                stream: studyCase.stream, team: Solo()))
        let loop = TrainingLoop(
            learner, on: transitions, stream: studyCase.stream, batchSize: settings.batchSize)
        for step in stride(from: 1, through: studyCase.steps, by: 1) {
            loop.run(1)
            if step % 10_000 == 0 {
                progress(step, learner.diagnostics().first { $0.name == "log_likelihood" }?.value ?? .nan)
            }
        }
        policy = GaussianPolicy(
            states: transitions.stateSize, actions: transitions.actionSize, hidden: settings[.hidden], batch: 256)
        for network in learner.networks { policy.network.parameters.copy(from: network.parameters) }
    }

    /// E[log π(a|s)] over all of `transitions`, in nats.
    package func meanLogLikelihood(of transitions: Transitions) -> Double {
        let chunk = policy.means.rows
        let (states, actions) = (Matrix(chunk, transitions.stateSize), Matrix(chunk, transitions.actionSize))
        let likelihoods = Matrix(vector: chunk)
        var sum = 0.0
        for start in stride(from: 0, to: transitions.count, by: chunk) {
            let rows = min(chunk, transitions.count - start)
            // Rows beyond the last are left from the chunk before, and not counted.
            states.pointer.update(from: transitions.observations.row(start), count: rows * states.columns)
            actions.pointer.update(from: transitions.actions.row(start), count: rows * actions.columns)
            policy.forward(states.view)
            policy.logLikelihood(of: actions.view, into: likelihoods.pointer)
            for i in 0..<rows { sum += Double(likelihoods[i]) }
        }
        return sum / Double(transitions.count)
    }
}

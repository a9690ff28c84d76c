package import Environments
import Foundation
import Networks
import Policies
import Storage
import Supervision

/// Draws one episode of a policy, the very one that an evaluation with the same seed runs.
package struct EpisodeDrawing {
    /// What is drawn, and how.
    package struct Plan: Sendable {
        /// An environment's name, ours or Gymnasium's, or a dataset's.
        package var environment: String
        /// A policy file.
        package var policy: String
        /// A clip, if its extension is a video's; else a folder of PNG files.
        package var output: String
        /// Of the evaluation, and the episode's number in it.
        package var seed = 0
        /// See `seed`.
        package var episode = 0
        /// Whose dynamics and rewards; nil for those that the environment's name stands for, or D4RL's.
        package var profile: DynamicsProfile?
        /// What the policy does with its distribution.
        package var mode = Rollout.Mode.deterministic
        /// Of the pictures.
        package var size = PictureSize.standard
        /// Nil for what divides the control steps evenly, at most 60. A clip runs as fast as the episode did.
        package var framesPerSecond: Double?
        /// Control steps after which the drawing ends, if the episode goes on as long.
        package var steps: Int?

        /// Episode 0 of seed 0 of a deterministic policy.
        package init(environment: String, policy: String, output: String) {
            self.environment = environment
            self.policy = policy
            self.output = output
        }
    }

    /// What was drawn.
    package struct Summary: Sendable, Equatable {
        /// Sum of the rewards of the steps that were drawn.
        package var totalReward = 0.0
        /// Control steps that were drawn.
        package var steps = 0
        /// Pictures written.
        package var frames = 0
        /// Of the clip.
        package var framesPerSecond = 0.0
        /// What MuJoCo warned of last; nil for nothing.
        package var warning: String?
        /// One sentence on the tensors of the policy's file that acting does not need; nil where there are none.
        package var note: String?
    }

    /// Ends an episode in which enough has been drawn.
    private struct Enough: Error {}

    /// Ends a drawing that a signal has asked to stop.
    private struct Interrupted: Error {}

    private let plan: Plan

    /// Refuses nothing yet.
    package init(_ plan: Plan) { self.plan = plan }

    /// Runs the episode and draws it.
    ///
    /// - Throws: `EnvironmentError`, `DrawingError`, `HarnessError`; nothing is left at the output then.
    package func run() throws -> Summary {
        let evaluated = try EvaluatedEnvironment(plan.environment, seed: plan.seed, profile: plan.profile)
        let (environment, stream) = (evaluated.environment, evaluated.stream)
        let snapshot = try PolicyFile.read(plan.policy)
        try DurableFile.requireOther(than: [plan.policy], for: plan.output)
        let rollout = try blaming(plan.policy) { try Rollout(environment, Actor(snapshot), stream: stream) }
        let clock = FrameClock(controlStep: environment.controlStep, framesPerSecond: plan.framesPerSecond)
        let sink = try openSink(clock.framesPerSecond)
        do {
            let camera = try Camera(environment, width: plan.size.width, height: plan.size.height)
            var summary = try blaming(plan.policy) { try draw(rollout, environment, camera, clock, into: sink) }
            try sink.finish()
            summary.note = snapshot.note(onPassedOver: plan.policy)
            return summary
        } catch {
            sink.discard()
            throw error
        }
    }

    private func openSink(_ framesPerSecond: Double) throws -> any PictureSink {
        let end = (plan.output as NSString).pathExtension.lowercased()
        guard VideoFile.extensions.contains(end) else { return try FrameFolder(plan.output) }
        return try VideoFile(
            plan.output, width: plan.size.width, height: plan.size.height, framesPerSecond: framesPerSecond)
    }

    private func draw(
        _ rollout: Rollout, _ environment: any Drawable, _ camera: Camera, _ clock: FrameClock,
        into sink: any PictureSink
    ) throws -> Summary {
        var clock = clock
        var summary = Summary(framesPerSecond: clock.framesPerSecond)
        func show(_ positions: UnsafePointer<Double>) throws {
            if Supervision.isStopRequested { throw Interrupted() }
            let due = clock.framesDue(at: summary.steps)
            guard due > 0 else { return }
            let picture = try camera.picture(of: positions)
            for _ in 0..<due { try sink.write(picture) }
            summary.frames += due
        }
        var diverged = false
        do {
            let outcome = try rollout.run(episode: plan.episode, mode: plan.mode) { transition in
                try show(transition.positions)
                summary.totalReward += transition.result.reward
                summary.steps += 1
                if summary.steps == plan.steps { throw Enough() }
            }
            (diverged, summary.warning) = (outcome.diverged, outcome.warning)
        } catch is Enough {}
        if !diverged { try show(environment.positions) }  // a diverged simulation has no last state
        return summary
    }
}

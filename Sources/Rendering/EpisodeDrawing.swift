package import Environments
import Foundation
import Networks
import Policies
import Storage
import Supervision

/// Draws one episode of a policy, the very one that an evaluation with the same seed runs.
package struct EpisodeDrawing {
    /// What is drawn, and how.
    package struct Options: Sendable {
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
        /// Of the images.
        package var size = ImageSize.standard
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

    private let options: Options

    /// Refuses nothing yet.
    package init(_ options: Options) { self.options = options }

    /// Runs the episode and draws it.
    ///
    /// - Throws: `EnvironmentError`, `DrawingError`, `HarnessError`; nothing is left at the output then.
    package func run() throws -> Summary {
        let evaluated = try EvaluatedEnvironment(options.environment, seed: options.seed, profile: options.profile)
        let (environment, stream) = (evaluated.environment, evaluated.stream)
        let snapshot = try PolicyFile.read(options.policy)
        try DurableFile.requireOther(than: [options.policy], for: options.output)
        let rollout = try withPolicyErrorContext(options.policy) {
            try Rollout(environment, PolicyInference(snapshot), stream: stream)
        }
        let schedule = FrameSchedule(controlStep: environment.controlStep, framesPerSecond: options.framesPerSecond)
        let sink = try openSink(schedule.framesPerSecond)
        do {
            let camera = try Camera(environment, width: options.size.width, height: options.size.height)
            var summary = try withPolicyErrorContext(options.policy) {
                try draw(rollout, environment, camera, schedule, into: sink)
            }
            try sink.finish()
            summary.note = snapshot.note(onIgnored: options.policy)
            return summary
        } catch {
            sink.discard()
            throw error
        }
    }

    private func openSink(_ framesPerSecond: Double) throws -> any ImageSink {
        let end = (options.output as NSString).pathExtension.lowercased()
        guard VideoFile.extensions.contains(end) else { return try FrameFolder(options.output) }
        return try VideoFile(
            options.output, width: options.size.width, height: options.size.height, framesPerSecond: framesPerSecond)
    }

    private func draw(
        _ rollout: Rollout, _ environment: any Drawable, _ camera: Camera, _ schedule: FrameSchedule,
        into sink: any ImageSink
    ) throws -> Summary {
        var schedule = schedule
        var summary = Summary(framesPerSecond: schedule.framesPerSecond)
        func show(_ positions: UnsafePointer<Double>) throws {
            if Supervision.isStopRequested { throw Interrupted() }
            let due = schedule.framesDue(at: summary.steps)
            guard due > 0 else { return }
            let image = try camera.image(of: positions)
            for _ in 0..<due { try sink.write(image) }
            summary.frames += due
        }
        var diverged = false
        do {
            let outcome = try rollout.run(episode: options.episode, mode: options.mode) { transition in
                try show(transition.positions)
                summary.totalReward += transition.result.reward
                summary.steps += 1
                if summary.steps == options.steps { throw Enough() }
            }
            (diverged, summary.warning) = (outcome.diverged, outcome.warning)
        } catch is Enough {}
        if !diverged { try show(environment.positions) }  // a diverged simulation has no last state
        return summary
    }
}

package import Environments
import Foundation
import Networks
import Policies
import Storage
import Supervision

/// Renders one episode of a policy, the same one that an evaluation with the same seed runs.
package struct EpisodeDrawing {
    /// What to render, and how.
    package struct Options: Sendable {
        /// The name of an environment, ours or Gymnasium's, or of a dataset.
        package var environment: String
        /// The path of a policy file.
        package var policy: String
        /// The path of a clip if its extension is a video's; otherwise a folder for PNG files.
        package var output: String
        /// The seed of the evaluation.
        package var seed = 0
        /// The episode's number in the evaluation.
        package var episode = 0
        /// The profile of dynamics and rewards; nil for the one implied by the environment's name, or D4RL's.
        package var profile: DynamicsProfile?
        /// Whether actions are the policy's mean or sampled.
        package var mode = Rollout.Mode.deterministic
        /// The size of the images.
        package var size = ImageSize.standard
        /// The frame rate; nil for the highest one up to 60 that divides the rate of control steps. A clip plays in
        /// real time.
        package var framesPerSecond: Double?
        /// Control steps after which rendering ends; nil for the whole episode.
        package var steps: Int?

        /// Options for episode 0 of seed 0 of a deterministic policy.
        package init(environment: String, policy: String, output: String) {
            self.environment = environment
            self.policy = policy
            self.output = output
        }
    }

    /// What was rendered.
    package struct Summary: Sendable, Equatable {
        /// The sum of rewards over the rendered steps.
        package var totalReward = 0.0
        /// The number of rendered control steps.
        package var steps = 0
        /// The number of images written.
        package var frames = 0
        /// The frame rate of the clip.
        package var framesPerSecond = 0.0
        /// MuJoCo's last warning; nil if there was none.
        package var warning: String?
        /// A sentence on the tensors in the policy's file that are not used for acting; nil if there are none.
        package var note: String?
    }

    /// Thrown to end an episode when enough has been rendered.
    private struct Enough: Error {}

    /// Thrown when a signal has asked to stop.
    private struct Interrupted: Error {}

    private let options: Options

    /// Stores the options; they are checked by `run`.
    package init(_ options: Options) { self.options = options }

    /// Runs the episode and renders it.
    ///
    /// - Throws: `EnvironmentError`, `DrawingError`, `HarnessError`; then nothing is left at the output.
    package func run() throws -> Summary {
        let evaluated = try EvaluatedEnvironment(options.environment, seed: options.seed, profile: options.profile)
        let (environment, stream) = (try evaluated.environment.drawable, evaluated.stream)
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

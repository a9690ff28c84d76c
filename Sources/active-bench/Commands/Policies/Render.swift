import ArgumentParser
import Environments
import Foundation
import Rendering
import Supervision

/// `active-bench render`: renders an episode of a policy.
struct Render: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Render an episode of a policy as a clip, or as a folder of PNG files.",
        discussion: """
            The episode is the one that an evaluation with the same seed runs. It is rendered off-screen by MuJoCo's \
            renderer: OpenGL comes from libEGL.so.1 (graphics cards, Mesa) or libOSMesa.so.8 (`apt-get install \
            libosmesa6`); MUJOCO_GL=egl or osmesa selects one. Clips need the program ffmpeg.
            """)

    @Option(help: "Environment to run the policy in, or a dataset whose version determines the rules.")
    var env: String
    @Option(help: "Policy file.")
    var policy: String
    @Option(help: "Clip to write (.mp4, .mkv, .mov, .webm, …); any other name is a folder for frames.")
    var out: String
    @Option(help: "Seed of all random numbers.")
    var seed = 0
    @Option(help: "Number of the episode.")
    var episode = 0
    @Option(help: "Pixels, WIDTHxHEIGHT, each from 16 to 4096; even for a clip.")
    var size = ImageSize.standard
    @Option(help: "Frames per second; clips play in real time (default: one frame every k control steps, at most 60).")
    var fps: Double?
    @Option(help: "Control steps after which rendering ends (default: the whole episode).")
    var steps: Int?
    @Flag(help: "Sample actions from the policy instead of taking its mean.")
    var stochastic = false
    @Option(
        help: """
            Dynamics and rewards: \(DynamicsProfile.allCases.map(\.rawValue).joined(separator: ", ")) (default: what the \
            environment's name implies, such as gymnasium for Hopper-v4, otherwise d4rl).
            """)
    var profile: DynamicsProfile?

    func validate() throws {
        guard (0..<1_000_000).contains(episode) else {
            throw ValidationError("--episode: expected 0 to 999999, found \(episode)")
        }
        if let steps, steps < 1 { throw ValidationError("--steps: expected 1 or more, found \(steps)") }
        if let fps, !(1...240).contains(fps) {
            throw ValidationError("--fps: expected a number from 1 to 240, found \(fps)")
        }
    }

    func run() throws {
        var options = EpisodeDrawing.Options(environment: env, policy: policy, output: out)
        options.seed = seed
        options.episode = episode
        options.size = size
        options.framesPerSecond = fps
        options.steps = steps
        options.mode = stochastic ? .stochastic : .deterministic
        options.profile = profile
        try runAlone {
            try requireOneProcess("render")
            Supervision.listenForStop()
            let drawn = try EpisodeDrawing(options).run()
            try emit("\(out): \(sentence(on: drawn))\n")
            if let note = drawn.note { say(note) }
            if let warning = drawn.warning { say("MuJoCo warned: \(warning)") }
        }
    }

    private func sentence(on drawn: EpisodeDrawing.Summary) -> String {
        func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
        return "episode \(episode) of \(env), return \(String(format: "%.1f", drawn.totalReward)) in "
            + counted(drawn.steps, "step") + "; " + counted(drawn.frames, "frame")
            + " of \(size), \(String(format: "%.4g", drawn.framesPerSecond)) a second"
    }
}

extension ImageSize: ExpressibleByArgument {
    /// Parses a size on the command line.
    package init?(argument: String) { self.init(argument) }
}

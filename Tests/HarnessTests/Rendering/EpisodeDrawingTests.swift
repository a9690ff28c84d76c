import Environments
import ExampleInputs
import Foundation
import Networks
import Numerics
import Policies
import ProgramRuns
import Rendering
import ScratchFiles
import Testing

@Suite struct EpisodeDrawingTests {
    let folder = TemporaryFolder()

    private func options(_ output: String) throws -> EpisodeDrawing.Options {
        try PolicyFile.write(.example("drawn"), to: folder("policy.safetensors"))
        var options = EpisodeDrawing.Options(
            environment: "hopper", policy: folder("policy.safetensors"), output: folder(output))
        options.size = try #require(ImageSize("64x48"))
        options.seed = 5
        options.episode = 3
        return options
    }

    /// The random stream's name is part of the interface: `evaluate` uses the same.
    private func evaluated(_ mode: Rollout.Mode) throws -> EpisodeOutcome {
        try Rollout(
            EnvironmentRegistry.make("hopper"), PolicyInference(.example("drawn")),
            stream: RandomStream("evaluate/hopper/seed-5")
        ).run(episode: 3, mode: mode)
    }

    @Test(arguments: [Rollout.Mode.deterministic, .stochastic])
    func theEpisodeThatIsEvaluatedIsDrawn(_ mode: Rollout.Mode) throws {
        var options = try options("frames")
        options.mode = mode
        let expected = try evaluated(mode)
        let drawn = try EpisodeDrawing(options).run()
        #expect(drawn.totalReward == expected.totalReward && drawn.steps == expected.length)
        #expect(drawn.frames == expected.length / 3 + 1, "every third of 125 states a second")
        #expect(abs(drawn.framesPerSecond - 125.0 / 3) < 1e-9)
        let names = (0..<drawn.frames).map { "frame-" + String(repeating: "0", count: $0 < 10 ? 5 : 4) + "\($0).png" }
        #expect(files(below: options.output) == names, "and nothing else")
    }

    @Test func theTwoModesAreTwoEpisodes() throws {
        #expect(try evaluated(.deterministic) != evaluated(.stochastic))
    }

    @Test func framesFollowTheEpisode() throws {
        var options = try options("frames")
        options.steps = 6
        #expect(try EpisodeDrawing(options).run().steps == 6)
        let frames = (0..<3).map { bytes(of: "\(options.output)/frame-00000\($0).png") }
        #expect(Set(frames).count == 3, "states 0, 3 and 6 differ")
        options.output = folder("again")
        _ = try EpisodeDrawing(options).run()
        #expect((0..<3).map { bytes(of: "\(options.output)/frame-00000\($0).png") } == frames)
    }

    // MARK: Real time

    private func frames(_ schedule: FrameSchedule, steps: Int) -> [Int] {
        var schedule = schedule
        return (0...steps).map { schedule.framesDue(at: $0) }
    }

    @Test func clipsRunInRealTime() {
        let hopper = FrameSchedule(controlStep: 0.008, framesPerSecond: nil)
        #expect(frames(hopper, steps: 7) == [1, 0, 0, 1, 0, 0, 1, 0])
        #expect(frames(hopper, steps: 999).reduce(0, +) == 334)
        let cheetah = FrameSchedule(controlStep: 0.05, framesPerSecond: nil)
        #expect(abs(cheetah.framesPerSecond - 20) < 1e-9 && frames(cheetah, steps: 3) == [1, 1, 1, 1])
        #expect(FrameSchedule(controlStep: 1.0 / 60, framesPerSecond: nil).framesPerSecond.rounded() == 60)
        #expect(frames(FrameSchedule(controlStep: 0.05, framesPerSecond: 50), steps: 3) == [3, 2, 3, 2])
        #expect(
            frames(FrameSchedule(controlStep: 0.008, framesPerSecond: 50), steps: 10) == [
                1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1,
            ])
    }

    // MARK: PNG

    /// ffmpeg reads back the pixels that we have written.
    @Test(arguments: [(1, 1), (3, 2), (64, 48), (257, 31)])
    func picturesComeBack(width: Int, height: Int) throws {
        let stream = RandomStream("tests/png")
        let noise = (0..<3 * width * height).map { UInt8(256 * stream.uniform(step: 0, index: $0)) }
        let image = Image(width: width, height: height, bytes: noise)
        put(PNG.encode(image), at: folder("image.png"))
        let child = try ChildProcess.run(
            "/usr/bin/ffmpeg",
            [
                "-v", "error", "-xerror", "-err_detect", "explode+crccheck", "-i", folder("image.png"), "-f",
                "rawvideo", "-pix_fmt", "rgb24", folder("image.rgb"),
            ])
        #expect(child.exitCode == 0 && child.output.isEmpty, "\(child.output)")
        #expect(bytes(of: folder("image.rgb")) == noise)
    }
}

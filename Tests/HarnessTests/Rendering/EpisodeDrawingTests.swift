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

    private func plan(_ output: String) throws -> EpisodeDrawing.Plan {
        try PolicyFile.write(.example("drawn"), to: folder("policy.safetensors"))
        var plan = EpisodeDrawing.Plan(
            environment: "hopper", policy: folder("policy.safetensors"), output: folder(output))
        plan.size = try #require(PictureSize("64x48"))
        plan.seed = 5
        plan.episode = 3
        return plan
    }

    /// The stream's name is a promise: `evaluate` has it too.
    private func evaluated(_ mode: Rollout.Mode) throws -> EpisodeOutcome {
        try Rollout(
            EnvironmentRegistry.make("hopper"), Actor(.example("drawn")), stream: RandomStream("evaluate/hopper/seed-5")
        ).run(episode: 3, mode: mode)
    }

    @Test(arguments: [Rollout.Mode.deterministic, .stochastic])
    func theEpisodeThatIsEvaluatedIsDrawn(_ mode: Rollout.Mode) throws {
        var plan = try plan("frames")
        plan.mode = mode
        let expected = try evaluated(mode)
        let drawn = try EpisodeDrawing(plan).run()
        #expect(drawn.totalReward == expected.totalReward && drawn.steps == expected.length)
        #expect(drawn.frames == expected.length / 3 + 1, "125 states a second, every third of them")
        #expect(abs(drawn.framesPerSecond - 125.0 / 3) < 1e-9)
        let names = (0..<drawn.frames).map { "frame-" + String(repeating: "0", count: $0 < 10 ? 5 : 4) + "\($0).png" }
        #expect(files(below: plan.output) == names, "and nothing else")
    }

    @Test func theTwoModesAreTwoEpisodes() throws {
        #expect(try evaluated(.deterministic) != evaluated(.stochastic))
    }

    @Test func framesFollowTheEpisode() throws {
        var plan = try plan("frames")
        plan.steps = 6
        #expect(try EpisodeDrawing(plan).run().steps == 6)
        let frames = (0..<3).map { bytes(of: "\(plan.output)/frame-00000\($0).png") }
        #expect(Set(frames).count == 3, "states 0, 3 and 6 differ")
        plan.output = folder("again")
        _ = try EpisodeDrawing(plan).run()
        #expect((0..<3).map { bytes(of: "\(plan.output)/frame-00000\($0).png") } == frames)
    }

    // MARK: Real time

    private func frames(_ clock: FrameClock, steps: Int) -> [Int] {
        var clock = clock
        return (0...steps).map { clock.framesDue(at: $0) }
    }

    @Test func clipsRunInRealTime() {
        let hopper = FrameClock(controlStep: 0.008, framesPerSecond: nil)
        #expect(frames(hopper, steps: 7) == [1, 0, 0, 1, 0, 0, 1, 0])
        #expect(frames(hopper, steps: 999).reduce(0, +) == 334)
        let cheetah = FrameClock(controlStep: 0.05, framesPerSecond: nil)
        #expect(abs(cheetah.framesPerSecond - 20) < 1e-9 && frames(cheetah, steps: 3) == [1, 1, 1, 1])
        #expect(FrameClock(controlStep: 1.0 / 60, framesPerSecond: nil).framesPerSecond.rounded() == 60)
        #expect(frames(FrameClock(controlStep: 0.05, framesPerSecond: 50), steps: 3) == [3, 2, 3, 2])
        #expect(
            frames(FrameClock(controlStep: 0.008, framesPerSecond: 50), steps: 10) == [1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1])
    }

    // MARK: PNG

    /// ffmpeg reads what we have written.
    @Test(arguments: [(1, 1), (3, 2), (64, 48), (257, 31)])
    func picturesComeBack(width: Int, height: Int) throws {
        let stream = RandomStream("tests/png")
        let noise = (0..<3 * width * height).map { UInt8(256 * stream.uniform(step: 0, index: $0)) }
        let picture = Picture(width: width, height: height, bytes: noise)
        put(PNG.encode(picture), at: folder("picture.png"))
        let child = try ChildProcess.run(
            "/usr/bin/ffmpeg",
            [
                "-v", "error", "-xerror", "-err_detect", "explode+crccheck", "-i", folder("picture.png"), "-f",
                "rawvideo", "-pix_fmt", "rgb24", folder("picture.rgb"),
            ])
        #expect(child.exitCode == 0 && child.output.isEmpty, "\(child.output)")
        #expect(bytes(of: folder("picture.rgb")) == noise)
    }
}

/// Decides which states of an episode are shown, and for how many frames, so that a clip plays in real time.
package struct FrameSchedule {
    /// The frame rate of the clip.
    package let framesPerSecond: Double
    private let stepsPerFrame: Double
    private var frames = 0

    /// The schedule for an environment whose control steps take `controlStep` seconds.
    ///
    /// - `framesPerSecond`: nil for one frame every k control steps, with the smallest k that gives at most 60.
    package init(controlStep: Double, framesPerSecond: Double?) {
        let rate = 1 / controlStep
        self.framesPerSecond = framesPerSecond ?? rate / (rate / 60 - 1e-6).rounded(.up)
        stepsPerFrame = rate / self.framesPerSecond
    }

    /// The number of frames that show the state after `step` steps; frame k shows the last state at or before
    /// k/framesPerSecond.
    ///
    /// Call it for every step once, from 0 onwards.
    package mutating func framesDue(at step: Int) -> Int {
        var due = 0
        while Int(Double(frames) * stepsPerFrame + 1e-6) <= step {
            frames += 1
            due += 1
        }
        return due
    }
}

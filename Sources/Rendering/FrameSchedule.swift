/// Which states of an episode are shown, and for how long, so that a clip runs as fast as the episode did.
package struct FrameSchedule {
    /// Of the clip.
    package let framesPerSecond: Double
    private let stepsPerFrame: Double
    private var frames = 0

    /// A clip of an environment whose control steps take `controlStep` seconds.
    ///
    /// - Parameter framesPerSecond: nil for a whole number of steps a frame, as few as make at most 60 frames a second.
    package init(controlStep: Double, framesPerSecond: Double?) {
        let rate = 1 / controlStep
        self.framesPerSecond = framesPerSecond ?? rate / (rate / 60 - 1e-6).rounded(.up)
        stepsPerFrame = rate / self.framesPerSecond
    }

    /// The frames that show the state after `step` steps; frame k shows the last state at or before k/framesPerSecond.
    ///
    /// To be asked for every step once, from 0 onwards.
    package mutating func framesDue(at step: Int) -> Int {
        var due = 0
        while Int(Double(frames) * stepsPerFrame + 1e-6) <= step {
            frames += 1
            due += 1
        }
        return due
    }
}

import Environments
import Numerics

/// An episode with recorded actions, so that it can be repeated without the policy.
struct RecordedEpisode {
    /// The episode's number, from which it was started.
    let episode: Int
    /// qpos and qvel after the reset.
    let positions, velocities: [Double]
    /// The actions as passed to the environment [steps × nu].
    let actions: Matrix
    /// The controls as passed to the motors, row by row.
    let controls: [Double]
    /// qpos after the last step.
    let finalPositions: [Double]

    var steps: Int { actions.rows }

    /// Runs an episode in which `choose` writes the action of step t to the pointer.
    ///
    /// - Throws: `EnvironmentError`; an episode that diverges cannot be measured.
    init(
        _ episode: Int, in world: any SimulatedEnvironment, resets: RandomStream,
        choose: (_ step: Int, UnsafeMutablePointer<Real>) -> Void
    ) throws {
        self.episode = episode
        try world.reset(episode: episode, stream: resets)
        positions = world.positions
        velocities = world.velocities
        let width = world.specification.actionSize
        let action = Matrix(vector: width)
        defer { withExtendedLifetime(action) {} }  // Only its pointer is used.
        var actions: [Real] = []
        var controls: [Double] = []
        var ended = false
        while !ended {
            choose(actions.count / width, action.pointer)
            ended = try world.step(action.pointer).ended
            actions += UnsafeBufferPointer(start: action.pointer, count: width)
            controls += Array(world.simulation.controls)
        }
        self.actions = Matrix(actions.count / width, width)
        for i in actions.indices { self.actions[i] = actions[i] }
        self.controls = controls
        finalPositions = world.positions
    }

    /// Repeats the episode, including observations.
    func replay(in world: any SimulatedEnvironment, resets: RandomStream, observation: Matrix) throws {
        try world.reset(episode: episode, stream: resets)
        world.observe(into: observation.pointer)
        var result: StepResult?
        for t in 0..<steps {
            result = try world.step(actions.row(t))
            world.observe(into: observation.pointer)
        }
        precondition(result?.ended == true && world.positions == finalPositions, "a replay took another course")
    }

    /// Repeats only the physics, in a bare loop of `mj_step`.
    func replayBare(in world: any SimulatedEnvironment) {
        world.simulation.runBareEpisode(
            positions: positions, velocities: velocities, controls: controls, frameSkip: world.frameSkip)
        precondition(world.positions == finalPositions, "the bare loop took another course")
    }
}

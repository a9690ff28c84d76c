import Environments

/// An environment of ours that can be set to a state of a trace and stepped in double precision.
protocol ExactWorld: Environment {
    /// Sets the environment to state `i` of `trace`.
    func reset(toState i: Int, of trace: PeerTrace) throws
    func step(exactly action: [Double]) throws -> StepResult
    /// The observation before it is rounded to `Real`.
    var exactObservation: [Double] { get }
}

extension PlanarLocomotion: ExactWorld {
    func reset(toState i: Int, of trace: PeerTrace) throws {
        try reset(toPositions: trace.positions[i], velocities: trace.velocities[i])
    }
}

extension AntMaze: ExactWorld {
    func reset(toState i: Int, of trace: PeerTrace) throws {
        guard let goal = trace.goals?[i] else { throw PeerTraceError.noGoals(trace.peer) }
        try reset(
            toPositions: trace.positions[i], velocities: trace.velocities[i], goal: Maze.Place(goal[0], goal[1]))
    }
}

extension Kitchen: ExactWorld {
    func reset(toState i: Int, of trace: PeerTrace) throws {
        try reset(toPositions: trace.positions[i], velocities: trace.velocities[i])
    }
}

extension PeerTrace {
    /// Our environment of this name, with the trace's profile.
    func makeWorld() throws -> any ExactWorld {
        let world = try EnvironmentRegistry.make(environment, options: EnvironmentOptions(profile: profile))
        guard let exact = world as? any ExactWorld else { throw PeerTraceError.noEnvironment(environment) }
        return exact
    }
}

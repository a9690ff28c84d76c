import Environments

/// One of our environments, put into a state of a trace and stepped in double precision.
protocol ExactWorld {
    /// Stands at state `i` of `trace`.
    func begin(at i: Int, of trace: PeerTrace) throws
    func step(exactly action: [Double]) throws -> StepResult
    /// The observation before it is rounded to `Real`.
    var exactObservation: [Double] { get }
    var positions: [Double] { get }
    var velocities: [Double] { get }
}

extension PlanarLocomotion: ExactWorld {
    func begin(at i: Int, of trace: PeerTrace) throws {
        try begin(positions: trace.positions[i], velocities: trace.velocities[i])
    }
}

extension PeerTrace {
    /// Our environment of this name, with the trace's profile.
    func makeWorld() throws -> any ExactWorld {
        let tasks = [Hopper.task, HalfCheetah.task, Walker2d.task]
        guard let task = tasks.first(where: { $0.specification.name == environment }) else {
            throw PeerTraceError.noEnvironment(environment)
        }
        return try PlanarLocomotion(task, profile: profile)
    }
}

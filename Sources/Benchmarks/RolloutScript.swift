import Environments
import Failures
import Foundation
import HDF5
import Numerics

/// Start states and actions of episodes from a file, so that another program can run exactly the same ones.
///
/// HDF5: `positions` [E, nq] and `velocities` [E, nv], the start states of E episodes; `actions` [N, nu], of which step
/// t of episode e uses row (e·T + t) mod N, where T is the environment's time limit.
struct RolloutScript {
    let positions, velocities: [[Double]]
    private let actions: Matrix
    private let maximumSteps: Int

    var episodes: Int { positions.count }

    /// - Throws: `HarnessError.badInput` if the file cannot be read, or its arrays do not fit the environment.
    init(_ path: String, for specification: EnvironmentSpecification) throws {
        let file = try rewordingHDF5Errors { try HDF5File(readingFrom: path) }
        func rows(_ name: String, _ width: Int) throws -> [[Double]] {
            let array = try rewordingHDF5Errors { try file.float64(name) }
            guard array.shape.count == 2, array.shape[0] > 0, array.shape[1] == width else {
                throw HarnessError.badInput("\(path): \(name) has shape \(array.shape), expected [N, \(width)]")
            }
            guard array.elements.allSatisfy({ abs($0) < 1e6 }) else {
                throw HarnessError.badInput("\(path): \(name) holds a number that is not finite or beyond ±1e6")
            }
            return (0..<array.shape[0]).map { Array(array.elements[$0 * width..<($0 + 1) * width]) }
        }
        positions = try rows("positions", specification.positionCount)
        velocities = try rows("velocities", specification.velocityCount)
        let actions = try rows("actions", specification.actionSize)
        guard positions.count == velocities.count else {
            throw HarnessError.badInput(
                "\(path): \(positions.count) positions to \(velocities.count) velocities, expected as many")
        }
        self.actions = Matrix(actions.count, specification.actionSize)
        for (i, value) in actions.joined().enumerated() { self.actions[i] = Real(value) }
        maximumSteps = specification.maximumSteps
    }

    func action(episode: Int, step: Int) -> UnsafePointer<Real> {
        UnsafePointer(actions.row((episode * maximumSteps + step) % actions.rows))
    }
}

/// An environment whose episodes begin in a script's states instead of random ones.
final class ScriptedInitialStates: SimulatedEnvironment {
    private let world: any PlaceableEnvironment
    private let script: RolloutScript

    init(_ world: any PlaceableEnvironment, script: RolloutScript) {
        self.world = world
        self.script = script
    }

    package var specification: EnvironmentSpecification { world.specification }
    var simulation: MuJoCoSimulation { world.simulation }
    var frameSkip: Int { world.frameSkip }
    var action: ActionBuffer { world.action }

    func reset(episode: Int, stream: RandomStream) throws {
        try world.reset(toPositions: script.positions[episode], velocities: script.velocities[episode])
    }

    func stepWithAction() throws -> StepResult { try world.stepWithAction() }
    func observe(into observation: UnsafeMutablePointer<Real>) { world.observe(into: observation) }
}

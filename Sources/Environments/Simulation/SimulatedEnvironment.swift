package import Numerics

/// An environment that consists of one MuJoCo simulation.
package protocol SimulatedEnvironment: Environment {
    /// The simulation, at the current state.
    var simulation: MuJoCoSimulation { get }

    /// The number of physics steps in a control step.
    var frameSkip: Int { get }

    /// The action of the current control step.
    var action: ActionBuffer { get }

    /// Makes one control step with `action`.
    ///
    /// - Throws: the errors of `Environment.step`, except those of the action.
    func stepWithAction() throws -> StepResult
}

extension SimulatedEnvironment {
    package func step(_ action: UnsafePointer<Real>) throws -> StepResult {
        try self.action.set(action)
        return try stepWithAction()
    }

    /// Makes a step with an action that has not been rounded to `Real`.
    package func step(exactly action: [Double]) throws -> StepResult {
        try self.action.set(exactly: action)
        return try stepWithAction()
    }

    package func copyPositions(into positions: UnsafeMutablePointer<Double>) {
        for i in simulation.positions.indices { positions[i] = simulation.positions[i] }
    }

    package func copyVelocities(into velocities: UnsafeMutablePointer<Double>) {
        for i in simulation.velocities.indices { velocities[i] = simulation.velocities[i] }
    }
}

package import Numerics

/// An environment that is one MuJoCo simulation, moved on by one action at a time.
package protocol SimulatedEnvironment: Environment {
    /// The physics, at the current state.
    var simulation: MuJoCoSimulation { get }

    /// Physics steps in a control step.
    var frameSkip: Int { get }

    /// The action of the current control step.
    var action: ActionBuffer { get }

    /// One control step with `action`.
    ///
    /// - Throws: as `Environment.step` of all but the action.
    func stepWithAction() throws -> StepResult
}

extension SimulatedEnvironment {
    package func step(_ action: UnsafePointer<Real>) throws -> StepResult {
        try self.action.set(action)
        return try stepWithAction()
    }

    /// `step` with an action that has not been rounded to `Real`.
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

/// An environment that is one simulation in MuJoCo.
package protocol SimulatedEnvironment: Environment {
    /// Its model and state.
    var simulation: MuJoCoSimulation { get }
    /// Physics steps in a control step.
    var frameSkip: Int { get }
}

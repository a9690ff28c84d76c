import Networks
import Environments
import Numerics
import Testing

/// A warning of MuJoCo in an episode is part of the episode's outcome.
@Suite struct SimulatorWarningTests {
    /// Boxes on the ground with room for two of eight contacts: the start
    /// state fills the buffer, and MuJoCo warns once.
    @Test func aFullContactBuffer() throws {
        let world = try Boxes(contacts: 2)
        let stream = RandomStream("tests/warnings")
        for episode in 0..<2 {
            let outcome = try Rollout(world, PolicyInference(policy), stream: stream).run(
                episode: episode, mode: .deterministic)
            #expect(outcome.warning?.contains("contact buffer is full") == true, "\(outcome.warning ?? "nothing")")
            #expect(outcome.length == 3 && !outcome.diverged)
        }
        let roomy = try Rollout(Boxes(contacts: 100), PolicyInference(policy), stream: stream)
        #expect(try roomy.run(episode: 0, mode: .deterministic).warning == nil)
    }

    /// A NaN ends the episode before it becomes an observation.
    @Test func divergence() throws {
        let world = try Boxes(contacts: 100, velocity: 1e12)
        let outcome = try Rollout(world, PolicyInference(policy), stream: RandomStream("tests/warnings"))
            .run(episode: 0, mode: .deterministic)
        #expect(outcome.diverged && outcome.terminal && outcome.length == 0)
        #expect(outcome.warning?.contains("QVEL") == true, "\(outcome.warning ?? "nothing")")
    }

    /// A policy with one observation and one action.
    private var policy: PolicySnapshot {
        PolicySnapshot(
            head: .deterministicTanh,
            tensors: ["fc0", "mean"].flatMap {
                [
                    NamedTensor(name: "\($0).weight", shape: [1, 1], values: [0]),
                    NamedTensor(name: "\($0).bias", shape: [1], values: [0]),
                ]
            })
    }
}

/// Two boxes that lie on the floor when an episode begins; the model places them in the air.
private final class Boxes: SimulatedEnvironment {
    let specification = EnvironmentSpecification(
        name: "boxes", observationSize: 1, actionSize: 1, maximumSteps: 3,
        positionCount: 14, velocityCount: 12)
    let simulation: MuJoCoSimulation
    let frameSkip = 1
    let action: ActionBuffer
    private let velocity: Double
    private var steps = 0

    init(contacts: Int, velocity: Double = 0) throws {
        self.velocity = velocity
        action = ActionBuffer(specification)
        simulation = try MuJoCoSimulation(
            name: "boxes",
            model: """
                <mujoco>
                <size nconmax="\(contacts)"/>
                <worldbody>
                <geom type="plane" size="5 5 1"/>
                <body pos="0 0 1"><freejoint/><geom type="box" size=".1 .1 .1"/></body>
                <body pos="1 0 1"><freejoint/><geom type="box" size=".1 .1 .1"/></body>
                </worldbody>
                </mujoco>
                """)
    }

    func reset(episode: Int, stream: RandomStream) throws {
        try simulation.reset()
        for height in [2, 9] { simulation.positions[height] = 0.1 }
        simulation.velocities[0] = velocity
        try simulation.forward()
        steps = 0
    }

    func stepWithAction() throws -> StepResult {
        try simulation.step(frameSkip)
        steps += 1
        return StepResult(reward: 0, terminal: false, atTimeLimit: steps == specification.maximumSteps)
    }

    func observe(into observation: UnsafeMutablePointer<Real>) { observation[0] = Real(simulation.positions[2]) }
}

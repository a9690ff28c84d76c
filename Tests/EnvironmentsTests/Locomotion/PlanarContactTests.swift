import Environments
import Foundation
import Numerics
import Testing

/// The contact pairs that the models name are those that MuJoCo would find.
@Suite struct PlanarContactTests {
    static let tasks = [Hopper.task, HalfCheetah.task, Walker2d.task]

    /// Named pairs give the same bits over 20 episodes of random controls, which include fallen and entangled limbs.
    @Test(arguments: tasks, DynamicsProfile.allCases)
    func namedPairsAreThoseTheEngineFinds(_ task: PlanarLocomotion.Task, profile: DynamicsProfile) throws {
        let text = task.model(profile).mjcf(profile)
        let search = text.replacingOccurrences(of: #"collision="predefined""#, with: #"collision="dynamic""#)
        #expect(search != text)
        let named = try MuJoCoSimulation(name: "named", model: text)
        let found = try MuJoCoSimulation(name: "found", model: search)
        let stream = RandomStream("tests/planar-contacts")
        var contacts = 0
        for episode in 0..<20 {
            for simulation in [named, found] { try start(simulation, episode, stream) }
            for t in 0..<200 {
                for simulation in [named, found] {
                    for i in simulation.controls.indices {
                        simulation.controls[i] = 2 * stream.uniform(step: episode * 200 + t, index: i) - 1
                    }
                    try simulation.step(task.frameSkip)
                }
                contacts += found.contactCount
                try #require(named.contactCount == found.contactCount)
                try #require(Array(named.positions) == Array(found.positions))
                try #require(Array(named.velocities) == Array(found.velocities))
            }
        }
        #expect(contacts > 2000)
    }

    /// Puts the simulation at rest, with every joint and the pitch disturbed by up to half a radian.
    private func start(_ simulation: MuJoCoSimulation, _ episode: Int, _ stream: RandomStream) throws {
        try simulation.reset()
        for i in 2..<simulation.positions.count {
            simulation.positions[i] += stream.stream("start").uniform(step: episode, index: i) - 0.5
        }
        try simulation.forward()
    }
}

import CMuJoCo
import Environments
import Foundation
import Numerics
import Testing

/// Leaving out collision tests that cannot find a contact, and geoms that are only visual, changes no bit.
@Suite struct SeparationTests {
    /// The published kitchen and kitchens without some of its parts take the same actions, with the same noise, through
    /// the same episodes.
    @Test func noBitOfAKitchenChanges() throws {
        let assets = KitchenAssets()
        let simulations = try [
            assets.simulation(name: "published", visuals: true, shortcuts: false),
            assets.simulation(name: "without visuals", shortcuts: false),
            assets.simulation(name: "with shortcuts", visuals: true),
            assets.simulation(name: "without visuals and with shortcuts"),
        ]
        let kitchens = try simulations.map {
            try Kitchen(
                Kitchen.specification("kitchen-complete", KitchenTask.complete, profile: .d4rl),
                tasks: KitchenTask.complete, profile: .d4rl,
                simulation: $0)
        }
        let stream = RandomStream("tests/separation")
        var contacts = 0
        var moved = [Double](repeating: 0, count: 30)
        for episode in 0..<5 {
            for kitchen in kitchens { try kitchen.reset(episode: episode, stream: stream) }
            for t in 0..<90 {
                let action = pushes(episode, t, stream)
                for kitchen in kitchens { _ = try kitchen.step(exactly: action) }
                let states = kitchens.map { ($0.positions + $0.velocities).map(\.bitPattern) }
                try #require(states.allSatisfy { $0 == states[0] }, "episode \(episode), step \(t)")
                try #require(Set(simulations.map(\.contactCount)).count == 1, "episode \(episode), step \(t)")
                contacts = max(contacts, simulations[0].contactCount)
                for i in 0..<30 { moved[i] = max(moved[i], abs(kitchens[0].positions[i] - Kitchen.start[i])) }
            }
        }
        #expect(contacts >= 6, "a kitchen at rest has four contacts")
        #expect(moved[23] > 0.2, "the kettle is pushed about: \(moved)")
    }

    /// First the arm sweeps the kettle off the stove; then every joint turns in a random direction for a while, so that
    /// the arm travels and hits things.
    private func pushes(_ episode: Int, _ t: Int, _ stream: RandomStream) -> [Double] {
        if episode == 0 { return [-1, 0, 0, 0, 0, 0, 0, 0, 0] }
        return (0..<9).map { (3 * stream.uniform(step: 100 * episode + t / 20, index: $0)).rounded(.down) - 1 }
    }

    /// Bodies are excluded only where their geoms' bitmasks already keep them apart.
    @Test func onlyBodiesThatCannotTouchAreExcluded() throws {
        let kitchen = try KitchenAssets().simulation(name: "kitchen")
        kitchen.withModel { model in
            #expect(model.nexclude == 137)
            for k in 0..<Int(model.nexclude) {
                let signature = Int(model.exclude_signature[k])  // of the bodies' numbers, counted from 1
                let (first, second) = (
                    geoms(of: (signature >> 16) - 1, model), geoms(of: (signature & 0xFFFF) - 1, model)
                )
                #expect(!first.isEmpty && !second.isEmpty)
                for a in first {
                    for b in second {
                        #expect(model.geom_contype[a] & model.geom_conaffinity[b] == 0)
                        #expect(model.geom_contype[b] & model.geom_conaffinity[a] == 0)
                    }
                }
            }
        }
    }

    private func geoms(of body: Int, _ model: mjModel) -> Range<Int> {
        let start = Int(model.body_geomadr[body])
        return start..<start + Int(model.body_geomnum[body])
    }

    /// Boxes, cylinders and capsules that fall in a heap touch at all places and angles, and spheres roll off the heap.
    @Test func noBitOfAHeapChanges() throws {
        let shapes = [
            #"type="box" size=".1 .07 .05""#, #"type="cylinder" size=".06 .1""#, #"type="capsule" size=".05 .1""#,
            #"type="ellipsoid" size=".1 .06 .08""#, #"type="sphere" size=".07""#,
        ]
        let bodies = (0..<30).map { i in
            let (x, y) = (0.09 * Double(i % 3), 0.08 * Double(i / 3 % 2))
            return #"<body pos="\#(x) \#(y) \#(0.2 + 0.09 * Double(i))" euler="\#(i) \#(2 * i) 0"><freejoint/>"#
                + "<geom \(shapes[i % 5])/></body>"
        }
        let model = """
            <mujoco><compiler angle="radian"/><size njmax="2000" nconmax="1000"/><default><geom margin=".004"/></default>
            <worldbody><geom type="plane" size="5 5 .1"/>\(bodies.joined())</worldbody></mujoco>
            """
        let plain = try MuJoCoSimulation(name: "heap", model: model)
        let quick = try MuJoCoSimulation(name: "heap", model: model, testsBoxesFirst: true)
        var contacts = 0
        for k in 0..<600 {
            for simulation in [plain, quick] { try simulation.step(1) }
            try #require(plain.positions.elementsEqual(quick.positions), "step \(k)")
            try #require(plain.velocities.elementsEqual(quick.velocities), "step \(k)")
            #expect(plain.contactCount == quick.contactCount)
            contacts = max(contacts, plain.contactCount)
        }
        #expect(contacts > 50)
    }

    /// A kitchen that steps on another thread, and one that alternates
    /// with it on this thread, leave a Hopper unchanged.
    @Test func otherSimulationsAreUnchanged() async throws {
        let alone = try hopperStates(kitchen: nil)
        let kitchen = try Kitchen("kitchen-mixed", tasks: KitchenTask.mixed, profile: .d4rl)
        let neighbour = Thread {
            guard let other = try? Kitchen("kitchen-mixed", tasks: KitchenTask.mixed, profile: .d4rl) else { return }
            while !Thread.current.isCancelled { _ = try? other.step(exactly: kitchenOracleAction(0)) }
        }
        neighbour.start()
        defer { neighbour.cancel() }
        #expect(try hopperStates(kitchen: kitchen) == alone)
    }

    private func hopperStates(kitchen: Kitchen?) throws -> [[Double]] {
        let hopper = try PlanarLocomotion(Hopper.task, profile: .d4rl)
        try hopper.resetWithoutNoise()
        return try (0..<15).map { t in
            _ = try hopper.step(exactly: oracleAction(t))
            _ = try kitchen?.step(exactly: kitchenOracleAction(t))
            return hopper.positions + hopper.velocities
        }
    }

    /// What makes a kitchen fast; `active-bench bench rollout --env kitchen-complete` measures how fast. Of the collision
    /// tests that MuJoCo asks for, those that the exclusions leave, the bounding boxes of all but 4 % do not overlap.
    @Test func aKitchenMakesFewCollisionTests() throws {
        let kitchen = try #require(try EnvironmentRegistry.make("kitchen-complete") as? Kitchen)
        kitchen.simulation.withModel { model in
            let visual = (0..<Int(model.ngeom)).count { model.geom_contype[$0] == 0 && model.geom_conaffinity[$0] == 0 }
            #expect(visual == 0, "visual geoms take time and touch nothing")
            #expect(model.nexclude > 0)
        }
        let stream = RandomStream("tests/separation")
        try kitchen.reset(episode: 1, stream: stream)
        for t in 0..<60 { _ = try kitchen.step(exactly: pushes(1, t, stream)) }
        let tests = try #require(kitchen.simulation.collisionTests)
        #expect(tests.made > 0 && tests.omitted > 10 * tests.made, "\(tests)")
        #expect(try KitchenAssets().simulation(name: "without shortcuts", shortcuts: false).collisionTests == nil)
    }
}

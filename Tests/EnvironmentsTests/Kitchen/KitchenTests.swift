import Environments
import Numerics
import Testing

@Suite struct KitchenTests {
    private let stream = RandomStream("tests/kitchen/reset")
    private let rest = [Double](repeating: 0, count: 29)
    private let still = [Double](repeating: 0, count: 9)
    /// 0.1 times `pos_noise_amp` of D4RL's franka_config.xml.
    private let widths: [Double] =
        [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01] + [5e-4, 5e-4, 5e-5, 5e-5, 5e-5, 5e-5, 5e-5, 5e-5]
        + [5e-4, 5e-4, 5e-4, 0.01, 0.01, 0.01, 5e-4, 5e-4, 5e-4, 0.01, 0.01, 0.01, 5e-4]

    private func kitchen(
        _ tasks: [KitchenTask] = KitchenTask.complete, profile: DynamicsProfile = .d4rl, limit: Int = 280
    ) throws -> Kitchen {
        var specification = Kitchen.specification("kitchen-complete", KitchenTask.complete, profile: profile)
        specification.maximumSteps = limit
        return try Kitchen(
            specification, tasks: tasks, profile: profile, simulation: KitchenAssets().simulation(name: "kitchen"))
    }

    /// The start state with the objects of `tasks` at their goals.
    private func state(with tasks: [KitchenTask]) -> [Double] {
        var positions = Kitchen.start
        for task in tasks { positions.replaceSubrange(task.start..<task.start + task.goal.count, with: task.goal) }
        return positions
    }

    // MARK: Starting and observing

    @Test func theStartIsTheSameAndTheNoiseIsNot() throws {
        let kitchen = try kitchen()
        var widest = [Double](repeating: 0, count: 30)
        var before: [Double] = []
        for episode in 0..<200 {
            try kitchen.reset(episode: episode, stream: stream)
            #expect(kitchen.positions[..<26] == Kitchen.start[..<26] && kitchen.velocities == rest)
            let noise = zip(kitchen.exactObservation, kitchen.positions).map { $0 - $1 }
            #expect(noise != before)
            for i in 0..<30 { widest[i] = max(widest[i], abs(noise[i])) }
            before = noise
        }
        for i in 0..<30 {
            #expect(widest[i] <= widths[i] + 1e-15 && widest[i] > 0.95 * widths[i], "qpos[\(i)]: \(widest[i])")
        }
    }

    @Test func noiseIsDrawnOncePerStep() throws {
        let kitchen = try kitchen()
        try kitchen.reset(episode: 0, stream: stream)
        var seen: Set<Double> = []
        for t in 0..<5 {
            var (once, twice) = ([Real](repeating: 0, count: 60), [Real](repeating: 1, count: 60))
            kitchen.observe(into: &once)
            kitchen.observe(into: &twice)
            #expect(once == twice && once == kitchen.exactObservation.map { Real($0) })
            for i in 0..<30 { seen.insert((kitchen.exactObservation[i] - kitchen.positions[i]) / widths[i]) }
            #expect(seen.count == 30 * (t + 1), "no noise is used twice")
            _ = try kitchen.step(exactly: still)
        }
    }

    @Test func sameEpisodeSameTrajectory() throws {
        let first = try trajectory(on: kitchen(), episode: 3)
        let used = try kitchen()
        _ = try trajectory(on: used, episode: 8)
        #expect(try trajectory(on: used, episode: 3) == first)
        #expect(try trajectory(on: used, episode: 4) != first)
    }

    /// The observation after each of five steps; between steps it is read once or not at all.
    private func trajectory(on kitchen: Kitchen, episode: Int) throws -> [[Double]] {
        try kitchen.reset(episode: episode, stream: stream)
        return try (0..<5).map { t in
            _ = try kitchen.step(kitchenOracleAction(t).map { Real($0) })
            return kitchen.exactObservation + kitchen.positions + kitchen.velocities
        }
    }

    @Test(arguments: ["kitchen-complete", "kitchen-partial", "kitchen-mixed"])
    func theGoalIsObserved(_ name: String) throws {
        var goal = [Double](repeating: 0, count: 30)
        goal[22] = -0.75
        goal.replaceSubrange(23..<30, with: [-0.23, 0.75, 1.62, 0.99, 0, 0, -0.06])
        goal.replaceSubrange(17..<19, with: [-0.69, -0.05])
        if name == "kitchen-mixed" { goal.replaceSubrange(11..<13, with: [-0.88, -0.01]) } else { goal[19] = 0.37 }
        let kitchen = try EnvironmentRegistry.make(name)
        try kitchen.reset(episode: 0, stream: stream)
        var observation = [Real](repeating: 0, count: 60)
        kitchen.observe(into: &observation)
        #expect(Array(observation[30...]) == goal.map { Real($0) })
    }

    // MARK: Acting

    /// The controls start from the observed position, not the arm's true one, and stay within D4RL's bounds.
    @Test func controlsStartFromTheObservedPosition() throws {
        let kitchen = try kitchen()
        try kitchen.reset(episode: 1, stream: stream)
        let seen = Array(kitchen.exactObservation[..<9])
        #expect(Array(kitchen.controlBase) == seen && seen != Array(kitchen.positions[..<9]))
        _ = try kitchen.step(exactly: [0.5, -3, 0.25, 0, -0.5, 7, 0, 1, -1])
        let clipped = [0.5, -1, 0.25, 0, -0.5, 1, 0, 1, -1]
        let expected = zip(seen, clipped).map { $0 + 0.16 * $1 }
        for i in 0..<7 where i != 1 { #expect(abs(kitchen.simulation.controls[i] - expected[i]) < 1e-15) }
        #expect(kitchen.simulation.controls[1] == -1.8 && expected[1] < -1.8)
        #expect(Array(kitchen.simulation.controls[7...]) == [0.04, 0])
    }

    @Test func aNonFiniteActionIsRefused() throws {
        let kitchen = try kitchen()
        let before = kitchen.positions + kitchen.velocities
        let error = try #require(throws: EnvironmentError.self) { try kitchen.step([0, 0, 0, .nan, 0, 0, 0, 0, 0]) }
        #expect(error.description == "'kitchen-complete' was given a non-finite action: element 3 is nan")
        #expect(kitchen.positions + kitchen.velocities == before)
    }

    // MARK: Tasks

    @Test(arguments: [
        ("bottom burner", 0.880), ("top burner", 0.920), ("light switch", 0.692), ("slide cabinet", 0.370),
        ("hinge cabinet", 1.452), ("microwave", 0.751), ("kettle", 0.406),
    ])
    func everyTaskIsOpenAtTheStart(name: String, distance: Double) throws {
        let all = KitchenTask.mixed + [.slideCabinet, .topBurner, .hingeCabinet]
        let task = try #require(all.first { $0.name == name })
        let squares = task.goal.indices.map { i in
            let difference = Kitchen.start[task.start + i] - task.goal[i]
            return difference * difference
        }
        #expect(abs(squares.reduce(0, +).squareRoot() - distance) < 5e-4)
        #expect(distance > KitchenTask.tolerance)
    }

    /// A task is rewarded once; the fourth ends the episode.
    @Test(arguments: [DynamicsProfile.d4rl, .gymnasium])
    func tasksPayOnceAndTheLastEndsTheEpisode(profile: DynamicsProfile) throws {
        let kitchen = try kitchen(profile: profile)
        try kitchen.resetWithoutNoise()
        #expect(try kitchen.step(exactly: still) == StepResult(reward: 0, terminal: false, atTimeLimit: false))
        var done: [KitchenTask] = []
        for group in [[KitchenTask.microwave, .slideCabinet], [.lightSwitch], [.kettle]] {
            done += group
            for task in group {
                for i in task.goal.indices { kitchen.simulation.positions[task.start + i] = task.goal[i] }
            }
            let first = try kitchen.step(exactly: still)
            #expect(first.reward == Double(group.count) && first.terminal == (done.count == 4))
            #expect(kitchen.isOpen == kitchen.tasks.map { !done.contains($0) })
            #expect(try kitchen.step(exactly: still).reward == 0, "a completed task is rewarded once")
        }
        try kitchen.reset(toPositions: state(with: KitchenTask.complete), velocities: rest)
        let together = try kitchen.step(exactly: still)
        #expect(together.reward == 4 && together.terminal, "all four at once, in a new episode")
    }

    /// D4RL compares the noisy positions with the goal, Gymnasium the exact ones.
    @Test func successIsDecidedByTheProfilesPositions() throws {
        var (observed, exact) = (0, 0)
        for (profile, count) in [(DynamicsProfile.d4rl, 40), (.gymnasium, 40)] {
            let kitchen = try kitchen([.microwave], profile: profile)
            for episode in 0..<count {
                try kitchen.reset(episode: episode, stream: stream)
                kitchen.simulation.positions[22] = -0.75 + 0.2999
                kitchen.simulation.velocities[22] = 0
                let paid = try kitchen.step(exactly: still).reward == 1
                let isThere = abs(kitchen.positions[22] + 0.75) < 0.3
                if profile == .gymnasium {
                    exact += paid == isThere ? 1 : 0
                } else {
                    #expect(paid == (abs(kitchen.exactObservation[22] + 0.75) < 0.3))
                    observed += paid == isThere ? 1 : 0
                }
            }
        }
        #expect(exact == 40)
        #expect((8...32).contains(observed), "\(observed) of 40: near the edge the noise decides")
    }

    @Test func theTimeLimitIsATimeout() throws {
        let kitchen = try kitchen(limit: 3)
        for episode in 0..<2 {
            try kitchen.reset(episode: episode, stream: stream)
            let results = try (0..<3).map { _ in try kitchen.step(exactly: still) }
            #expect(results.map(\.timeout) == [false, false, true] && results.allSatisfy { !$0.terminal })
        }
        try kitchen.reset(toPositions: Kitchen.start, velocities: rest)
        for _ in 0..<2 { _ = try kitchen.step(exactly: still) }
        for task in KitchenTask.complete {
            for i in task.goal.indices { kitchen.simulation.positions[task.start + i] = task.goal[i] }
        }
        let last = try kitchen.step(exactly: still)
        #expect(last.reward == 4 && last.timeout && !last.terminal)
    }

    // MARK: Gymnasium's

    /// FrankaKitchen-v1's observation: robot qpos, qvel, objects' qpos,
    /// qvel, with 0.01 and 0.0005 of D4RL's amplitudes.
    @Test func gymnasiumsObservation() throws {
        let kitchen = try kitchen(profile: .gymnasium)
        #expect(kitchen.specification.observationSize == 59)
        var widest = [Double](repeating: 0, count: 59)
        for episode in 0..<300 {
            try kitchen.reset(episode: episode, stream: stream)
            let (q, v) = (kitchen.positions, kitchen.velocities)
            let exact = Array(q[..<9] + v[..<9] + q[9...] + v[9...])
            for i in 0..<59 { widest[i] = max(widest[i], abs(kitchen.exactObservation[i] - exact[i])) }
        }
        let position =
            [0.1, 0.005, 0.005] + Array(repeating: 0.0005, count: 6) + [0.005, 0.005, 0.005]
            + [0.1, 0.1, 0.1, 0.005, 0.005, 0.005, 0.1, 0.1, 0.1]
        let velocity = Array(repeating: 0.005, count: 11) + [0.1, 0.1, 0.1, 0.005, 0.005, 0.005, 0.1, 0.1, 0.1]
        let expected = Array(repeating: 0.001, count: 18) + (position + velocity).map { 0.0005 * $0 }
        #expect(expected.count == 59)
        for i in 0..<59 {
            #expect(
                widest[i] <= expected[i] + 1e-15 && widest[i] > 0.95 * expected[i], "element \(i): \(widest[i])")
        }
        #expect(kitchen.controlBase.indices.allSatisfy { kitchen.controlBase[$0] == kitchen.exactObservation[$0] })
    }
}

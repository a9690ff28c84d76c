import Environments
import Testing

/// Environments are found by our names in any spelling and by Gymnasium's
/// ids; for others the reason for absence is given.
@Suite struct EnvironmentNameTests {
    @Test(arguments: [
        ("hopper", "hopper"), ("HOPPER", "hopper"), ("half-cheetah", "halfcheetah"), ("HalfCheetah", "halfcheetah"),
        ("Walker_2D", "walker2d"), ("AntMaze_UMaze", "antmaze-umaze"), ("kitchen_mixed", "kitchen-mixed"),
    ])
    func ourNamesInAnySpelling(text: String, name: String) throws {
        let found = try EnvironmentRegistry.resolve(text)
        #expect(found.name == name && found.profile == nil)
        #expect(try found.profile(asked: nil, as: text) == .d4rl)
        #expect(try found.profile(asked: .gymnasiumV5, as: text) == .gymnasiumV5)
    }

    @Test(arguments: [
        ("Hopper-v2", "hopper", DynamicsProfile.d4rl), ("hopper-v3", "hopper", .d4rl),
        ("Hopper-v4", "hopper", .gymnasium), ("HalfCheetah-v5", "halfcheetah", .gymnasiumV5),
        ("Walker2d-v2", "walker2d", .d4rl), ("walker2d-V5", "walker2d", .gymnasiumV5),
        ("AntMaze_UMaze-v4", "antmaze-umaze", .gymnasium), ("AntMaze_Large-v4", "antmaze-large", .gymnasium),
        ("Hopper-v4 ", "hopper", .gymnasium), ("\tHalfCheetah-v5\n", "halfcheetah", .gymnasiumV5),
    ])
    func gymnasiumsNames(text: String, name: String, profile: DynamicsProfile) throws {
        let found = try EnvironmentRegistry.resolve(text)
        #expect(found.name == name && found.profile == profile)
        #expect(try found.profile(asked: nil, as: text) == profile)
        #expect(try found.profile(asked: profile, as: text) == profile)
        let other: DynamicsProfile = profile == .d4rl ? .gymnasium : .d4rl
        let error = #expect(throws: EnvironmentError.self) { try found.profile(asked: other, as: text) }
        #expect(
            error?.description.hasPrefix(
                "'\(text)' stands for '\(name)' with --profile \(profile.rawValue), but --profile \(other.rawValue) was"
            )
                == true)
    }

    @Test(arguments: [
        ("FrankaKitchen-v1", "'kitchen-complete', 'kitchen-partial' or 'kitchen-mixed' with --profile gymnasium"),
        ("Hopper-v1", "'hopper' is Gymnasium's v4 with --profile gymnasium, its v5 with --profile gymnasium-v5"),
        ("halfcheetah-v7", "'halfcheetah' is Gymnasium's v4"), ("AntMaze_UMaze-v5", "'antmaze-umaze' with --profile"),
        ("AntMaze_Medium-v3", "'antmaze-medium' with --profile gymnasium"),
        ("AntMaze_Large_Diverse_GR-v4", "AntMaze_UMaze-v4, _Medium-v4 and _Large-v4"),
        ("ant", "the ant without a maze"), ("Ant-v4", "the ant without a maze"),
        ("ant-medium-v2", "the ant without a maze"),
        ("Humanoid-v4", "Gymnasium's humanoids"), ("HumanoidStandup-v5", "Gymnasium's humanoids"),
        ("maze2d-umaze-v1", "D4RL's point mazes"), ("PointMaze_UMaze-v3", "Gymnasium-Robotics' point mazes"),
        ("pen-human-v1", "D4RL's Adroit hand"), ("AdroitHandPen-v1", "Gymnasium-Robotics' Adroit hand"),
        ("antmaze-eval-umaze-v0", "D4RL's evaluation mazes"), ("bullet-hopper-medium-v0", "PyBullet"),
        ("InvertedPendulum-v4", "Gymnasium's pendulums"), ("Swimmer-v4", "Gymnasium's swimmers"),
    ])
    func environmentsOfOthers(text: String, reason: String) {
        let error = #expect(throws: EnvironmentError.self) { try EnvironmentRegistry.resolve(text) }
        #expect(error?.description.hasPrefix("there is no environment '\(text)'; ") == true)
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("cheetah", "did you mean 'halfcheetah'?"), ("walker", "did you mean 'walker2d'?"),
        ("antmaze", "did you mean 'antmaze-umaze' or 'antmaze-medium' or 'antmaze-large'?"),
        ("hoper", "did you mean 'hopper'?"), ("hopperr-v4", "did you mean 'hopper'?"), ("", "known: 'hopper'"),
        ("Hopper-v04", "did you mean 'hopper'?"), ("Hopper-v+4", "did you mean 'hopper'?"),
        ("-v4", "known: 'hopper'"), ("pong", "known: 'hopper'"),
    ])
    func misspelt(text: String, hint: String) {
        let error = #expect(throws: EnvironmentError.self) { try EnvironmentRegistry.resolve(text) }
        #expect(error?.description.hasPrefix("there is no environment '\(text)'; \(hint)") == true)
    }

    @Test func aKitchenOfGymnasiumsHasNoGoalInItsObservation() throws {
        #expect(try EnvironmentRegistry.specification("kitchen-mixed", profile: .gymnasium).observationSize == 59)
        #expect(try EnvironmentRegistry.specification("kitchen-mixed", profile: .d4rl).observationSize == 60)
        #expect(
            try EnvironmentRegistry.specification("hopper", profile: .gymnasiumV5)
                == EnvironmentRegistry.specification("hopper"))
    }
}

/// Walker2d: two legs in the plane (gym's Walker2d-v2 and v4; D4RL's walker2d-*; openai/gym,
/// gym/envs/mujoco/assets/walker2d.xml).
package enum Walker2d {
    /// Rewards, noise and reference scores (D4RL, d4rl/infos.py).
    package static let task = PlanarLocomotion.Task(
        specification: EnvironmentSpecification(
            name: "walker2d", observationSize: 17, actionSize: 6, maximumSteps: 1000,
            referenceMinimum: 1.629008, referenceMaximum: 4592.3, positionCount: 9, velocityCount: 9, stepTime: 1.3),
        model: model,
        frameSkip: 4,
        positionNoise: .uniform(0.005),
        velocityNoise: .uniform(0.005),
        velocityLimit: 10,
        healthyReward: 1,
        controlCost: 0.001,
        isHealthy: isHealthy,
        viewpoint: Viewpoint(.body("torso", height: 0.85), distance: 3.3, azimuth: 90, elevation: -12))

    /// Returns whether the walker is upright and at a valid height: 0.8 < z < 2, |pitch| < 1; false for NaN.
    @Sendable package static func isHealthy(
        positions: PlanarLocomotion.Coordinates, velocities: PlanarLocomotion.Coordinates
    ) -> Bool {
        positions[1] > 0.8 && positions[1] < 2 && abs(positions[2]) < 1
    }

    /// Returns the model of a profile. Until Gymnasium's v5 the published model's right foot had half the left one's friction
    /// (Farama-Foundation/Gymnasium #477).
    @Sendable private static func model(_ profile: DynamicsProfile) -> PlanarModel {
        PlanarModel(
            name: "walker2d",
            compiler: #"angle="degree""#,
            option: #"timestep="0.002" integrator="RK4""#,
            jointDefaults: #"limited="true" armature="0.01" damping=".1""#,
            surface: .init(dimensions: 3, friction: SIMD3(0.7, 0.1, 0.1), limbsTouch: false),
            floorSize: "40 40 40",
            density: 1000,
            heightReference: 1.25,
            hingeAxis: Vector(0, -1, 0),
            bodies: [
                .init(
                    name: "torso", position: Vector(0, 0, 1.25),
                    capsules: [Capsule(radius: 0.05, halfLength: 0.2)], friction: 0.9)
            ] + leg(footFriction: profile == .gymnasiumV5 ? 1.9 : 0.9) + leg("_left", footFriction: 1.9))
    }

    private static func leg(_ side: String = "", footFriction: Double) -> [PlanarModel.Body] {
        [
            .init(
                name: "thigh" + side, parent: "torso", position: Vector(0, 0, -0.2),
                hinge: .init(range: -150...0, gear: 100),
                capsules: [Capsule(radius: 0.05, halfLength: 0.225, centre: Vector(0, 0, -0.225))], friction: 0.9),
            .init(
                name: "leg" + side, parent: "thigh" + side, position: Vector(0, 0, -0.7),
                hinge: .init(anchor: Vector(0, 0, 0.25), range: -150...0, gear: 100),
                capsules: [Capsule(radius: 0.04, halfLength: 0.25)], friction: 0.9),
            .init(
                name: "foot" + side, parent: "leg" + side, position: Vector(0.2, 0, -0.35),
                hinge: .init(anchor: Vector(-0.2, 0, 0.1), range: -45...45, gear: 100),
                capsules: [
                    Capsule(radius: 0.06, halfLength: 0.1, centre: Vector(-0.1, 0, 0.1), axis: Capsule.lying)
                ],
                friction: footFriction),
        ]
    }
}

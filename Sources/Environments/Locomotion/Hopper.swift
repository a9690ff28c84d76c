/// Hopper: one leg in the plane (gym's Hopper-v2 and v4; D4RL's hopper-*; openai/gym, gym/envs/mujoco/assets/hopper.xml).
package enum Hopper {
    /// Rewards, noise and reference scores (D4RL, d4rl/infos.py).
    package static let task = PlanarLocomotion.Task(
        specification: EnvironmentSpecification(
            name: "hopper", observationSize: 11, actionSize: 3, maximumSteps: 1000,
            referenceMinimum: -20.272305, referenceMaximum: 3234.3, positionCount: 6, velocityCount: 6),
        model: { _ in model },
        frameSkip: 4,
        positionNoise: .uniform(0.005),
        velocityNoise: .uniform(0.005),
        velocityLimit: 10,
        healthyReward: 1,
        controlCost: 0.001,
        isHealthy: isHealthy,
        viewpoint: Viewpoint(.body("torso", height: 0.85), distance: 3.3, azimuth: 90, elevation: -12))

    /// Returns whether the hopper is upright and all coordinates are in range: z > 0.7, |pitch| < 0.2, the others within ±100.
    ///
    /// Every comparison is written so that NaN makes the result false.
    @Sendable package static func isHealthy(
        positions: PlanarLocomotion.Coordinates, velocities: PlanarLocomotion.Coordinates
    ) -> Bool {
        guard positions[1] > 0.7, abs(positions[2]) < 0.2 else { return false }
        for i in 2..<positions.count { guard abs(positions[i]) < 100 else { return false } }
        for i in velocities.indices { guard abs(velocities[i]) < 100 else { return false } }
        return true
    }

    private static let model = PlanarModel(
        name: "hopper",
        compiler: #"angle="degree""#,
        option: #"timestep="0.002" integrator="RK4""#,
        jointDefaults: #"limited="true" armature="1" damping="1""#,
        surface: .init(dimensions: 1, limbsTouch: true, margin: 0.001, solimp: SIMD3(0.8, 0.8, 0.01)),
        floorSize: "20 20 .125",
        density: 1000,
        heightReference: 1.25,
        hingeAxis: Vector(0, -1, 0),
        bodies: [
            .init(
                name: "torso", position: Vector(0, 0, 1.25),
                capsules: [Capsule(radius: 0.05, halfLength: 0.2)], friction: 0.9),
            .init(
                name: "thigh", parent: "torso", position: Vector(0, 0, -0.2),
                hinge: .init(range: -150...0, gear: 200),
                capsules: [Capsule(radius: 0.05, halfLength: 0.225, centre: Vector(0, 0, -0.225))], friction: 0.9),
            .init(
                name: "leg", parent: "thigh", position: Vector(0, 0, -0.7),
                hinge: .init(anchor: Vector(0, 0, 0.25), range: -150...0, gear: 200),
                capsules: [Capsule(radius: 0.04, halfLength: 0.25)], friction: 0.9),
            .init(
                name: "foot", parent: "leg", position: Vector(0.13, 0, -0.35),
                hinge: .init(anchor: Vector(-0.13, 0, 0.1), range: -45...45, gear: 200),
                capsules: [
                    Capsule(radius: 0.06, halfLength: 0.195, centre: Vector(-0.065, 0, 0.1), axis: Capsule.lying)
                ],
                friction: 2),
        ])
}

import Glibc

/// HalfCheetah: two legs in the plane under a long back (gym's HalfCheetah-v2 and v4; D4RL's halfcheetah-*; openai/gym,
/// gym/envs/mujoco/assets/half_cheetah.xml). No state is terminal.
package enum HalfCheetah {
    /// Rewards, noise and reference scores (D4RL, d4rl/infos.py).
    package static let task = PlanarLocomotion.Task(
        specification: EnvironmentSpecification(
            name: "halfcheetah", observationSize: 17, actionSize: 6, maximumSteps: 1000,
            referenceMinimum: -280.178953, referenceMaximum: 12135, positionCount: 9, velocityCount: 9,
            stepTime: 0.35),
        model: { _ in model },
        frameSkip: 5,
        positionNoise: .uniform(0.1),
        velocityNoise: .normal(0.1),
        velocityLimit: .infinity,
        healthyReward: 0,
        controlCost: 0.1,
        isHealthy: { _, _ in true },
        viewpoint: Viewpoint(.body("torso", height: 0.55), distance: 3.3, azimuth: 90, elevation: -12))

    private static let model = PlanarModel(
        name: "halfcheetah",
        compiler: #"angle="radian" settotalmass="14""#,
        option: #"timestep="0.01""#,
        jointDefaults: #"limited="true" armature=".1" damping=".01" stiffness="8" solreflimit=".02 1" "#
            + #"solimplimit="0 .8 .03""#,
        surface: .init(
            dimensions: 3, friction: SIMD3(0.4, 0.1, 0.1), limbsTouch: false, solimp: SIMD3(0, 0.8, 0.01)),
        floorSize: "40 40 40",
        density: 1000,
        heightReference: 0,
        hingeAxis: Vector(0, 1, 0),
        bodies: [
            .init(
                name: "torso", position: Vector(0, 0, 0.7),
                capsules: [
                    Capsule(radius: radius, halfLength: 0.5, axis: Capsule.lying),
                    capsule(Vector(0.6, 0, 0.1), turned: 0.87, halfLength: 0.15),
                ]),
            .init(
                name: "bthigh", parent: "torso", position: Vector(-0.5, 0, 0),
                hinge: .init(range: -0.52...1.05, gear: 120, damping: 6, stiffness: 240),
                capsules: [capsule(Vector(0.1, 0, -0.13), turned: -3.8, halfLength: 0.145)]),
            .init(
                name: "bshin", parent: "bthigh", position: Vector(0.16, 0, -0.25),
                hinge: .init(range: -0.785...0.785, gear: 90, damping: 4.5, stiffness: 180),
                capsules: [capsule(Vector(-0.14, 0, -0.07), turned: -2.03, halfLength: 0.15)]),
            .init(
                name: "bfoot", parent: "bshin", position: Vector(-0.28, 0, -0.14),
                hinge: .init(range: -0.4...0.785, gear: 60, damping: 3, stiffness: 120),
                capsules: [capsule(Vector(0.03, 0, -0.097), turned: -0.27, halfLength: 0.094)]),
            .init(
                name: "fthigh", parent: "torso", position: Vector(0.5, 0, 0),
                hinge: .init(range: -1...0.7, gear: 120, damping: 4.5, stiffness: 180),
                capsules: [capsule(Vector(-0.07, 0, -0.12), turned: 0.52, halfLength: 0.133)]),
            .init(
                name: "fshin", parent: "fthigh", position: Vector(-0.14, 0, -0.24),
                hinge: .init(range: -1.2...0.87, gear: 60, damping: 3, stiffness: 120),
                capsules: [capsule(Vector(0.065, 0, -0.09), turned: -0.6, halfLength: 0.106)]),
            .init(
                name: "ffoot", parent: "fshin", position: Vector(0.13, 0, -0.18),
                hinge: .init(range: -0.5...0.5, gear: 30, damping: 1.5, stiffness: 60),
                capsules: [capsule(Vector(0.045, 0, -0.07), turned: -0.6, halfLength: 0.07)]),
        ])

    /// The radius of every capsule in metres.
    private static let radius = 0.046

    /// Returns a capsule whose axis is the vertical turned by `angle` radians about +y.
    private static func capsule(_ centre: Vector, turned angle: Double, halfLength: Double) -> Capsule {
        Capsule(radius: radius, halfLength: halfLength, centre: centre, axis: Vector(sin(angle), 0, cos(angle)))
    }
}

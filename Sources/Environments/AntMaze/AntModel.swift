import Numerics

/// The model of a four-legged ant among walls, as MJCF text.
///
/// D4RL's ant (d4rl/locomotion/assets/ant.xml) and Gymnasium's (gymnasium/envs/mujoco/assets/ant.xml) differ in
/// timestep, motors and the stiffness of contacts only.
package struct AntModel: Sendable {
    /// Attributes of MJCF's `option`.
    let option: String
    /// Attributes of contacts, in addition to those that both ants share.
    let contact: String
    /// Attributes of the motors.
    let motor: String
    /// Whether capsules have the masses that MuJoCo before 2.1.1 gave them.
    let hasLegacyInertia: Bool

    /// The torque in N·m of a motor of D4RL's ant at an action of 1.
    static let d4rlTorque = 30.0

    /// D4RL's ant: motors whose controls are torques.
    package static func d4rl(legacyInertia: Bool) -> AntModel {
        AntModel(
            option: #"timestep="0.02" integrator="RK4""#, contact: #"solimp=".8 .8 .01""#,
            motor: "ctrlrange=\"\(-d4rlTorque) \(d4rlTorque)\" gear=\"1\"", hasLegacyInertia: legacyInertia)
    }

    /// Gymnasium's ant: motors of ±150 N·m with controls in ±1.
    package static let gymnasium = AntModel(
        option: #"timestep="0.01" integrator="RK4""#, contact: #"solimp=".9 .95 .001""#,
        motor: #"ctrlrange="-1 1" gear="150""#, hasLegacyInertia: false)

    /// One of four legs; it points to (sign.x, sign.y) in the torso's frame.
    private struct Leg {
        let number: Int
        let sign: SIMD2<Double>
        let ankleAxis: Vector
        let ankleRange: ClosedRange<Double>
    }

    private static let legs = [
        Leg(number: 1, sign: [1, 1], ankleAxis: [-1, 1, 0], ankleRange: 30...70),
        Leg(number: 2, sign: [-1, 1], ankleAxis: [1, 1, 0], ankleRange: -70 ... -30),
        Leg(number: 3, sign: [-1, -1], ankleAxis: [-1, 1, 0], ankleRange: -70 ... -30),
        Leg(number: 4, sign: [1, -1], ankleAxis: [1, 1, 0], ankleRange: 30...70),
    ]
    private static let density = 5.0  // kg/m³
    private static let torsoRadius = 0.25
    private static let limbRadius = 0.08

    /// Returns the model with walls centred at `walls`, in metres.
    package func mjcf(walls: [Maze.Place], scenery: Scenery = .none) -> String {
        """
        <mujoco model="ant">
        <compiler angle="degree"/>
        <option \(option)/>\(scenery.sections)
        <default>
        <joint limited="true" armature="1" damping="1"/>
        <geom contype="1" conaffinity="0" condim="3" density="\(Self.density)" margin="0.01" friction="1 .5 .5" \(contact)/>
        <motor ctrllimited="true" \(motor)/>
        </default>
        <worldbody>
        <geom name="floor" type="plane" size="\(scenery.floorSize ?? "40 40 40")" conaffinity="1"\(scenery.floor)/>
        <body name="torso" pos="0 0 0.75">
        <joint name="root" type="free" armature="0" damping="0" margin="0.01" limited="false"/>\(scenery.light)
        <geom type="sphere" size="\(Self.torsoRadius)"\(scenery.body)/>
        \(Self.legs.map { text($0, scenery) }.joined(separator: "\n"))
        </body>
        \(walls.map { wall($0, scenery) }.joined(separator: "\n"))
        </worldbody>
        <actuator>
        \([4, 1, 2, 3].map { "<motor joint=\"hip_\($0)\"/>\n<motor joint=\"ankle_\($0)\"/>" }.joined(separator: "\n"))
        </actuator>
        </mujoco>
        """
    }

    /// Returns a leg from the torso outwards: a fixed part, one that the hip turns, one that the ankle turns.
    private func text(_ leg: Leg, _ scenery: Scenery) -> String {
        let thigh = Vector(0.2 * leg.sign.x, 0.2 * leg.sign.y, 0)
        let range = "\(leg.ankleRange.lowerBound) \(leg.ankleRange.upperBound)"
        return """
            <body>
            \(limb(thigh, scenery))
            <body pos="\(numbers(thigh))">
            \(limb(thigh, scenery))
            <joint name="hip_\(leg.number)" type="hinge" axis="0 0 1" range="-30 30"/>
            <body pos="\(numbers(thigh))">
            \(limb(2 * thigh, scenery))
            <joint name="ankle_\(leg.number)" type="hinge" axis="\(numbers(leg.ankleAxis))" range="\(range)"/>
            </body>
            </body>
            </body>
            """
    }

    /// Returns a capsule from the body's origin to `end`, with explicit mass properties if `hasLegacyInertia`.
    private func limb(_ end: Vector, _ scenery: Scenery) -> String {
        let geom =
            "<geom type=\"capsule\" size=\"\(Self.limbRadius)\" fromto=\"0 0 0 \(numbers(end))\"\(scenery.body)/>"
        guard hasLegacyInertia else { return geom }
        let length = (end * end).sum().squareRoot()
        let capsule = Capsule(radius: Self.limbRadius, halfLength: length / 2, centre: end / 2, axis: end / length)
        return geom + "\n" + capsule.legacyMassProperties(density: Self.density).mjcf
    }

    private func wall(_ centre: Maze.Place, _ scenery: Scenery) -> String {
        "<geom type=\"box\" size=\"2 2 1\" pos=\"\(centre.x) \(centre.y) 1\" conaffinity=\"1\"\(scenery.wall)/>"
    }
}

extension AntModel {
    /// Adds the noise of D4RL's start states to the state of an ant at rest: U(−0.1, 0.1) to each element of qpos, 0.1·N(0, 1) to
    /// each of qvel (d4rl/locomotion/ant.py, reset_model). It uses the random numbers 0 to 28 of the episode.
    static func addStartNoise(to simulation: MuJoCoSimulation, episode: Int, stream: RandomStream) {
        let (positions, velocities) = (simulation.positions, simulation.velocities)
        for i in positions.indices {
            positions[i] += InitialNoise.uniform(0.1).draw(from: stream, episode: episode, index: i)
        }
        for i in velocities.indices {
            velocities[i] = InitialNoise.normal(0.1).draw(from: stream, episode: episode, index: positions.count + i)
        }
    }
}

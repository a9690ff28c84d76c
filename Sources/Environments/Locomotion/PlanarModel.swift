/// A walker in the vertical plane: a torso on two slides and a hinge, limbs made of capsules, a motor at every limb's hinge.
///
/// It is a table of Hopper's, HalfCheetah's or Walker2d's parameters, from which `mjcf` makes the MJCF text.
package struct PlanarModel: Sendable {
    /// One body: the torso, or a limb hinged to an earlier body.
    package struct Body: Sendable {
        package let name: String
        /// The name of the parent body; nil for the torso.
        package var parent: String?
        /// The origin of the body's frame in the parent's frame, in metres.
        package let position: Vector
        /// The body's hinge and motor; nil for the torso.
        package var hinge: Hinge?
        package let capsules: [Capsule]
        /// Sliding friction; nil for the model's default.
        package var friction: Double?
    }

    /// A limited hinge with its motor. Damping and stiffness are the model's defaults unless given.
    package struct Hinge: Sendable {
        package var anchor = Vector.zero
        /// The limits, in the model's unit of angles.
        package let range: ClosedRange<Double>
        /// The torque in N·m of an action of 1.
        package let gear: Double
        package var damping: Double?
        package var stiffness: Double?
    }

    package let name: String
    /// Attributes of MJCF's `compiler`, `option` and joint defaults, as the published models have them.
    package let compiler: String
    package let option: String
    package let jointDefaults: String
    package let surface: Surface
    package let floorSize: String
    /// The density of all capsules in kg/m³.
    package let density: Double
    /// `ref` of the vertical slide: the value of `qpos[1]` at the initial height, in metres.
    package let heightReference: Double
    /// The axis of the limbs' hinges.
    package let hingeAxis: Vector
    /// The torso first, then the limbs in the order of `qpos`.
    package let bodies: [Body]
}

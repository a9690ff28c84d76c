/// A vector in a body's frame, in metres.
package typealias Vector = SIMD3<Double>

/// A capsule: a cylinder of length 2·halfLength with a half sphere at each end, in metres.
package struct Capsule: Sendable {
    package let radius: Double
    package let halfLength: Double
    /// The centre, in the frame of the body.
    package let centre: Vector
    /// The unit vector of the axis, in the frame of the body.
    package let axis: Vector

    package init(radius: Double, halfLength: Double, centre: Vector = .zero, axis: Vector = Capsule.upright) {
        self.radius = radius
        self.halfLength = halfLength
        self.centre = centre
        self.axis = axis
    }

    /// The z axis, MuJoCo's default for a capsule.
    package static let upright = Vector(0, 0, 1)
    /// The −x axis: z turned by −90° about y, the published models' quaternion (√½, 0, −√½, 0).
    package static let lying = Vector(-1, 0, 0)

    /// Returns the mass properties as MuJoCo up to 2.1.0 computed them, for a `density` in kg/m³.
    ///
    /// The capsule was treated as a solid cylinder of length L = 2h + r (MuJoCo's changelog, 2.1.1):
    /// m = ρπr²L, m·r²/2 about its axis, m·(3r² + L²)/12 across.
    package func legacyMassProperties(density: Double) -> MassProperties {
        let length = 2 * halfLength + radius
        let mass = density * Double.pi * radius * radius * length
        return MassProperties(
            mass: mass, centre: centre, axis: axis,
            axialMoment: mass * radius * radius / 2,
            transverseMoment: mass * (3 * radius * radius + length * length) / 12)
    }
}

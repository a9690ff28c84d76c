/// A symmetric 3 × 3 tensor, in the order of MJCF's `fullinertia`.
package struct SymmetricTensor: Sendable {
    package var xx, yy, zz, xy, xz, yz: Double

    /// Makes a·1 + b·v⊗v.
    package init(identityTimes a: Double, plus b: Double, outerProductOf v: Vector) {
        (xx, yy, zz) = (a + b * v.x * v.x, a + b * v.y * v.y, a + b * v.z * v.z)
        (xy, xz, yz) = (b * v.x * v.y, b * v.x * v.z, b * v.y * v.z)
    }

    package static func + (a: SymmetricTensor, b: SymmetricTensor) -> SymmetricTensor {
        var sum = a
        (sum.xx, sum.yy, sum.zz) = (a.xx + b.xx, a.yy + b.yy, a.zz + b.zz)
        (sum.xy, sum.xz, sum.yz) = (a.xy + b.xy, a.xz + b.xz, a.yz + b.yz)
        return sum
    }
}

/// Mass in kg, centre of mass in m, and inertia about that centre in kg·m², all in a body's frame.
package struct MassProperties: Sendable {
    package let mass: Double
    package let centre: Vector
    package let inertia: SymmetricTensor

    /// Makes those of a body of revolution about the unit vector `axis`: I = I_t·1 + (I_a − I_t)·axis⊗axis.
    package init(mass: Double, centre: Vector, axis: Vector, axialMoment: Double, transverseMoment: Double) {
        self.mass = mass
        self.centre = centre
        inertia = SymmetricTensor(
            identityTimes: transverseMoment, plus: axialMoment - transverseMoment, outerProductOf: axis)
    }

    private init(mass: Double, centre: Vector, inertia: SymmetricTensor) {
        self.mass = mass
        self.centre = centre
        self.inertia = inertia
    }

    /// Combines two bodies into one rigid body.
    package static func + (a: MassProperties, b: MassProperties) -> MassProperties {
        let mass = a.mass + b.mass
        let centre = (a.centre * a.mass + b.centre * b.mass) / mass
        return MassProperties(mass: mass, centre: centre, inertia: a.inertia(about: centre) + b.inertia(about: centre))
    }

    /// Returns the inertia about `point` by the parallel-axis theorem: I + m·(|d|²·1 − d⊗d).
    private func inertia(about point: Vector) -> SymmetricTensor {
        let d = point - centre
        return inertia + SymmetricTensor(identityTimes: mass * (d * d).sum(), plus: -mass, outerProductOf: d)
    }
}

extension MassProperties {
    /// The `inertial` element of MJCF, which MuJoCo uses instead of computing mass properties from the geometry.
    package var mjcf: String {
        "<inertial mass=\"\(mass)\" pos=\"\(numbers(centre))\""
            + " fullinertia=\"\(inertia.xx) \(inertia.yy) \(inertia.zz) \(inertia.xy) \(inertia.xz) \(inertia.yz)\"/>"
    }
}

/// Formats a vector for MJCF.
package func numbers(_ v: Vector) -> String { "\(v.x) \(v.y) \(v.z)" }

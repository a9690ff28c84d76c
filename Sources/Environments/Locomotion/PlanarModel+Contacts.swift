extension PlanarModel {
    /// The contact properties of the capsules and the floor: MuJoCo's attributes of a geom.
    package struct Surface: Sendable {
        /// MuJoCo's `condim` of contacts between capsules: 1 without friction, 3 with sliding friction.
        package let dimensions: Int
        /// The coefficients of sliding, torsional and rolling friction; a body may override the sliding one.
        package var friction = SIMD3(1, 0.005, 0.0001)
        /// Whether limbs that are not hinged to each other collide.
        package let limbsTouch: Bool
        /// The distance in metres below which a contact is made.
        package var margin = 0.0
        /// The contact's time constant in seconds and its damping ratio.
        package var solref = SIMD2(0.02, 1)
        /// The contact's impedance: lowest, highest, and the depth in metres over which it rises.
        package var solimp = SIMD3(0.9, 0.95, 0.001)

        /// The default attributes of a contact, for `geom` and for `pair`.
        var attributes: String {
            "margin=\"\(margin)\" solref=\"\(solref.x) \(solref.y)\" solimp=\"\(solimp.x) \(solimp.y) \(solimp.z)\""
        }

        /// The defaults of `geom`.
        var geomDefaults: String {
            "contype=\"1\" conaffinity=\"\(limbsTouch ? 1 : 0)\" condim=\"\(dimensions)\""
                + " friction=\"\(friction.x) \(friction.y) \(friction.z)\" \(attributes)"
        }
    }

    /// The pairs of geoms that can collide, with the friction that MuJoCo would give them: the larger of both geoms'.
    ///
    /// In the published models the engine searches for pairs, which costs a computation of the scene's principal axes and a
    /// sort at every evaluation of the physics. Listing the few pairs saves a fifth of a step and changes no bit of it.
    var pairs: [String] {
        let ground = bodies.flatMap { body in
            body.capsules.indices.map { capsule in
                pair("floor", geomName(body, capsule), max(surface.friction.x, sliding(body)), dimensions: 3)
            }
        }
        return ground + (surface.limbsTouch ? limbPairs : [])
    }

    /// The pairs of limbs that are not hinged to each other; the engine leaves out the hinged ones too.
    private var limbPairs: [String] {
        bodies.indices.flatMap { i in
            bodies[(i + 1)...].filter { $0.parent != bodies[i].name }.flatMap { other in
                bodies[i].capsules.indices.flatMap { capsule in
                    other.capsules.indices.map { otherCapsule in
                        pair(
                            geomName(bodies[i], capsule), geomName(other, otherCapsule),
                            max(sliding(bodies[i]), sliding(other)), dimensions: surface.dimensions)
                    }
                }
            }
        }
    }

    /// Returns a pair with its five frictions: sliding along both tangents, torsional, and rolling about both tangents.
    private func pair(_ a: String, _ b: String, _ sliding: Double, dimensions: Int) -> String {
        let (torsional, rolling) = (surface.friction.y, surface.friction.z)
        return "<pair geom1=\"\(a)\" geom2=\"\(b)\" condim=\"\(dimensions)\""
            + " friction=\"\(sliding) \(sliding) \(torsional) \(rolling) \(rolling)\"/>"
    }

    private func sliding(_ body: Body) -> Double { body.friction ?? surface.friction.x }

    /// Returns the name of the capsule `index` of `body` in the model.
    func geomName(_ body: Body, _ index: Int) -> String { "\(body.name) \(index)" }
}

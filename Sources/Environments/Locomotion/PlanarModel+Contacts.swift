extension PlanarModel {
    /// How its capsules and the floor touch: MuJoCo's attributes of a geom.
    package struct Surface: Sendable {
        /// Directions a contact between capsules acts in: 1 without friction, 3 with sliding.
        package let dimensions: Int
        /// Sliding, torsional, rolling; a body may have a sliding friction of its own.
        package var friction = SIMD3(1, 0.005, 0.0001)
        /// Whether limbs that are not hinged to each other touch.
        package let limbsTouch: Bool
        /// Metres from which on a contact is made.
        package var margin = 0.0
        /// The contact's time constant in seconds and its damping ratio.
        package var solref = SIMD2(0.02, 1)
        /// The contact's impedance: lowest, highest, and the depth in metres over which it rises.
        package var solimp = SIMD3(0.9, 0.95, 0.001)

        /// What a contact is when nothing says otherwise, as attributes of `geom` and of `pair`.
        var attributes: String {
            "margin=\"\(margin)\" solref=\"\(solref.x) \(solref.y)\" solimp=\"\(solimp.x) \(solimp.y) \(solimp.z)\""
        }

        /// The defaults of `geom`.
        var geomDefaults: String {
            "contype=\"1\" conaffinity=\"\(limbsTouch ? 1 : 0)\" condim=\"\(dimensions)\""
                + " friction=\"\(friction.x) \(friction.y) \(friction.z)\" \(attributes)"
        }
    }

    /// The pairs of geoms that may touch, with the friction MuJoCo would give them: the larger of both geoms'.
    ///
    /// The published models have the engine look for pairs, which at every evaluation of the physics costs it the principal
    /// axes of the scene and a sort. Naming the few there are saves a fifth of a step and changes no bit of it.
    var pairs: [String] {
        let ground = bodies.flatMap { body in
            body.capsules.indices.map { capsule in
                pair("floor", geomName(body, capsule), max(surface.friction.x, sliding(body)), dimensions: 3)
            }
        }
        return ground + (surface.limbsTouch ? limbPairs : [])
    }

    /// Every limb with every other but those it is hinged to, which the engine leaves out as well.
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

    /// A pair's friction is that along both tangents, about the normal and of rolling about both tangents.
    private func pair(_ a: String, _ b: String, _ sliding: Double, dimensions: Int) -> String {
        let (torsional, rolling) = (surface.friction.y, surface.friction.z)
        return "<pair geom1=\"\(a)\" geom2=\"\(b)\" condim=\"\(dimensions)\""
            + " friction=\"\(sliding) \(sliding) \(torsional) \(rolling) \(rolling)\"/>"
    }

    private func sliding(_ body: Body) -> Double { body.friction ?? surface.friction.x }

    /// What the capsule `index` of `body` is called in the model.
    func geomName(_ body: Body, _ index: Int) -> String { "\(body.name) \(index)" }
}

extension PlanarModel {
    /// The model as MJCF text.
    ///
    /// In the `d4rl` profile every body's mass properties are written out, by the legacy capsule formula; in the
    /// `gymnasium` profile MuJoCo computes them from the geometry.
    package func mjcf(_ profile: DynamicsProfile, scenery: Scenery = .none) -> String {
        let legacy = profile == .d4rl
        return """
            <mujoco model="\(name)">
            <compiler \(compiler)/>
            <option collision="predefined" \(option)/>\(scenery.sections)
            <default>
            <joint \(jointDefaults)/>
            <geom density="\(density)" \(surface.geomDefaults)/>
            <pair \(surface.attributes)/>
            <motor ctrllimited="true" ctrlrange="-1 1"/>
            </default>
            <worldbody>
            <geom name="floor" type="plane" size="\(scenery.floorSize ?? floorSize)" contype="1" conaffinity="1" condim="3"\(scenery.floor)/>
            \(bodies.filter { $0.parent == nil }.map { text($0, legacy, scenery) }.joined(separator: "\n"))
            </worldbody>
            <contact>
            \(pairs.joined(separator: "\n"))
            </contact>
            <actuator>
            \(bodies.compactMap(motor).joined(separator: "\n"))
            </actuator>
            </mujoco>
            """
    }

    /// Returns a body with all its children.
    private func text(_ body: Body, _ legacy: Bool, _ scenery: Scenery) -> String {
        var lines = ["<body name=\"\(body.name)\" pos=\"\(numbers(body.position))\">"]
        if legacy, let inertial = inertial(body) { lines.append(inertial) }
        lines += body.hinge.map { [hinge($0, of: body)] } ?? root
        if body.parent == nil && !scenery.light.isEmpty { lines.append(scenery.light) }
        let look = body.name.hasSuffix("_left") ? scenery.farBody : scenery.body
        lines += body.capsules.indices.map { geom(body, $0, look: look) }
        lines += bodies.filter { $0.parent == body.name }.map { text($0, legacy, scenery) }
        return (lines + ["</body>"]).joined(separator: "\n")
    }

    /// The torso's joints: unlimited motion in the plane, without the limbs' damping and armature.
    private var root: [String] {
        let free = "limited=\"false\" armature=\"0\" damping=\"0\" stiffness=\"0\""
        return [
            "<joint name=\"root x\" type=\"slide\" axis=\"1 0 0\" \(free)/>",
            "<joint name=\"root z\" type=\"slide\" axis=\"0 0 1\" ref=\"\(heightReference)\" \(free)/>",
            "<joint name=\"root pitch\" type=\"hinge\" axis=\"0 1 0\" \(free)/>",
        ]
    }

    private func hinge(_ hinge: Hinge, of body: Body) -> String {
        let damping = hinge.damping.map { " damping=\"\($0)\"" } ?? ""
        let stiffness = hinge.stiffness.map { " stiffness=\"\($0)\"" } ?? ""
        return "<joint name=\"\(body.name)\" type=\"hinge\" pos=\"\(numbers(hinge.anchor))\""
            + " axis=\"\(numbers(hingeAxis))\" range=\"\(hinge.range.lowerBound) \(hinge.range.upperBound)\"\(damping)\(stiffness)/>"
    }

    private func geom(_ body: Body, _ index: Int, look: String) -> String {
        let capsule = body.capsules[index]
        let friction = body.friction.map { " friction=\"\($0)\"" } ?? ""
        return
            "<geom name=\"\(geomName(body, index))\" type=\"capsule\" size=\"\(capsule.radius) \(capsule.halfLength)\""
            + " pos=\"\(numbers(capsule.centre))\" zaxis=\"\(numbers(capsule.axis))\"\(friction)\(look)/>"
    }

    private func inertial(_ body: Body) -> String? {
        let parts = body.capsules.map { $0.legacyMassProperties(density: density) }
        guard let first = parts.first else { return nil }
        let whole = parts.dropFirst().reduce(first, +)
        return whole.mjcf
    }

    private func motor(_ body: Body) -> String? {
        body.hinge.map { "<motor joint=\"\(body.name)\" gear=\"\($0.gear)\"/>" }
    }
}

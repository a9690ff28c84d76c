package import CMuJoCo
import Paths

/// One MuJoCo model with one state. Every call that can fail is checked, and its error is thrown.
///
/// One thread at a time may use it. Positions and velocities are views of MuJoCo's arrays, valid while this object lives.
package final class MuJoCoSimulation {
    /// The environment's name, for errors.
    let name: String
    /// The compiled model. It is constant, except for the size of images.
    package let model: UnsafeMutablePointer<mjModel>
    let data: UnsafeMutablePointer<mjData>
    private let boxes: OpaquePointer?
    private let errorText: UnsafeMutablePointer<CChar>
    private static let errorSize = 1024

    /// The generalised positions `qpos`.
    package let positions: UnsafeMutableBufferPointer<Double>
    /// The generalised velocities `qvel`.
    package let velocities: UnsafeMutableBufferPointer<Double>
    /// The controls `ctrl`, constant during a step; the engine clamps them to the actuators' ranges.
    package let controls: UnsafeMutableBufferPointer<Double>

    /// Compiles the MJCF text `model`; the state is `qpos0` with zero velocity.
    ///
    /// - `folder`: the folder to which paths of included files and meshes are relative; nothing is written there.
    /// - `testsBoxesFirst`: whether to omit collision tests of geoms whose bounding boxes do not overlap. It is faster for
    ///   models with many meshes, cylinders and boxes, and changes no bit of a simulation.
    /// - Throws: `EnvironmentError.libraryMismatch`, or `.simulator` with MuJoCo's message, which names the line or file.
    package init(name: String, model text: String, folder: String = ".", testsBoxesFirst: Bool = false) throws {
        try Self.checkVersion(header: Int(ab_mujoco_header_version()), library: Int(mj_version()))
        let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Self.errorSize)
        errorText.initialize(repeating: 0, count: Self.errorSize)
        var model: UnsafeMutablePointer<mjModel>?
        var data: UnsafeMutablePointer<mjData>?
        var operation = "load the model"
        var status = folder.withPath { ab_mujoco_load_in($0, text, &model, errorText, Self.errorSize) }
        if status == AB_MUJOCO_OK {
            operation = "make the state"
            status = ab_mujoco_make_data(model, &data, errorText, Self.errorSize)
        }
        guard let model, let data else {
            defer { errorText.deallocate() }
            if let model { mj_deleteModel(model) }
            throw EnvironmentError.simulator(
                environment: name, operation: operation, text: Self.oneLine(errorText))
        }
        self.name = name
        self.model = model
        self.data = data
        boxes = testsBoxesFirst ? ab_mujoco_make_boxes(model) : nil
        self.errorText = errorText
        positions = UnsafeMutableBufferPointer(start: data.pointee.qpos, count: Int(model.pointee.nq))
        velocities = UnsafeMutableBufferPointer(start: data.pointee.qvel, count: Int(model.pointee.nv))
        controls = UnsafeMutableBufferPointer(start: data.pointee.ctrl, count: Int(model.pointee.nu))
        try forward()
    }

    deinit {
        ab_mujoco_delete_boxes(boxes)
        mj_deleteData(data)
        mj_deleteModel(model)
        errorText.deallocate()
    }

    /// Refuses a library of another version than the headers, as structures may have another layout.
    package static func checkVersion(header: Int, library: Int) throws {
        guard header == library else { throw EnvironmentError.libraryMismatch(header: header, library: library) }
    }

    /// The number of warnings that MuJoCo has raised on this thread.
    package static var warningCount: Int { ab_mujoco_warning_count() }

    /// The text of the last warning on this thread.
    package static var lastWarning: String { String(cString: ab_mujoco_last_warning()) }

    /// The duration of a physics step in seconds.
    package var timestep: Double { model.pointee.opt.timestep }

    /// Calls `look` with the compiled model, whose pointers are valid during the call only.
    package func withModel<Result>(_ look: (mjModel) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try look(model.pointee) }
    }

    /// The number of contacts of the state that was last evaluated.
    package var contactCount: Int { Int(data.pointee.ncon) }

    /// The collision tests made and omitted so far by a simulation that tests boxes first; nil for any other. Tests of
    /// planes, spheres and capsules with each other do not count.
    package var collisionTests: (made: Int, omitted: Int)? {
        boxes.map { (ab_mujoco_tests_made($0), ab_mujoco_tests_omitted($0)) }
    }

    /// The masses of the bodies in kg, in the model's order, without the world.
    package var bodyMasses: [Double] { (1..<Int(model.pointee.nbody)).map { model.pointee.body_mass[$0] } }

    /// Returns the origin of a body's frame in the world's frame, after `forward`; nil if there is no such body.
    package func origin(ofBody name: String) -> Vector? {
        let body = Int(mj_name2id(model, Int32(mjOBJ_BODY.rawValue), name))
        guard body >= 0 else { return nil }
        return Vector(data.pointee.xpos[3 * body], data.pointee.xpos[3 * body + 1], data.pointee.xpos[3 * body + 2])
    }

    /// The sliding friction of the geoms in the model's order, the world's first.
    package var slidingFriction: [Double] { (0..<Int(model.pointee.ngeom)).map { model.pointee.geom_friction[3 * $0] } }

    /// Resets the state to `qpos0` with zero velocity; call `forward` once positions and velocities are written.
    package func reset() throws {
        try check(ab_mujoco_reset(model, data, errorText, Self.errorSize), "reset the state")
    }

    /// Writes a whole state, qpos and qvel; call `forward` afterwards.
    package func place(positions: [Double], velocities: [Double]) {
        precondition(
            positions.count == self.positions.count && velocities.count == self.velocities.count,
            "a state of another size")
        for i in positions.indices { self.positions[i] = positions[i] }
        for i in velocities.indices { self.velocities[i] = velocities[i] }
    }

    /// Computes all quantities that depend on positions, velocities and controls (`mj_forward`).
    package func forward() throws {
        ab_mujoco_use_boxes(boxes)
        defer { ab_mujoco_use_boxes(nil) }
        try check(ab_mujoco_forward(model, data, errorText, Self.errorSize), "evaluate the state")
    }

    /// Makes `count` physics steps with constant controls.
    package func step(_ count: Int) throws {
        ab_mujoco_use_boxes(boxes)
        defer { ab_mujoco_use_boxes(nil) }
        try check(ab_mujoco_step(model, data, Int32(count), errorText, Self.errorSize), "take a step")
    }

    /// Runs an episode as a C program would, without checks and observations: the baseline for a rollout's speed.
    ///
    /// - Parameters:
    ///   - positions: qpos at the start.
    ///   - velocities: qvel at the start.
    ///   - controls: one row per control step.
    ///   - frameSkip: the number of physics steps in a control step.
    package func runBareEpisode(
        positions: [Double], velocities: [Double], controls: [Double], frameSkip: Int
    ) {
        precondition(positions.count == self.positions.count && velocities.count == self.velocities.count)
        ab_mujoco_use_boxes(boxes)
        defer { ab_mujoco_use_boxes(nil) }
        ab_mujoco_bare_episode(
            model, data, positions, velocities, controls, Int32(controls.count / self.controls.count),
            Int32(frameSkip))
    }

    private func check(_ status: Int32, _ operation: StaticString) throws {
        if status == AB_MUJOCO_OK { return }
        let text = Self.oneLine(errorText)
        throw status == AB_MUJOCO_DIVERGED
            ? EnvironmentError.diverged(environment: name, text: text)
            : EnvironmentError.simulator(environment: name, operation: operation.description, text: text)
    }

    /// Joins the lines of MuJoCo's message; its loader writes several.
    private static func oneLine(_ text: UnsafePointer<CChar>) -> String {
        String(cString: text).split(separator: "\n").joined(separator: "; ")
    }
}

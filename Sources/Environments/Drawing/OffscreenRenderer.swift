import CMuJoCo

/// MuJoCo's renderer for one simulation, drawing into memory. To be used only on the thread that made it.
final class OffscreenRenderer {
    private let simulation: MuJoCoSimulation
    private let width: Int
    private let height: Int
    private let renderer: OpaquePointer
    private static let errorSize = 1024

    /// - Throws: `DrawingError`.
    init(_ simulation: MuJoCoSimulation, width: Int, height: Int) throws {
        var renderer: OpaquePointer?
        try Self.check(simulation) {
            ab_renderer_make(simulation.model, Int32(width), Int32(height), &renderer, $0, Self.errorSize)
        }
        guard let renderer else { preconditionFailure("a renderer that was made is there") }
        self.simulation = simulation
        self.width = width
        self.height = height
        self.renderer = renderer
    }

    deinit { ab_renderer_free(renderer) }

    /// Draws the simulation's state, for which `forward` has been called.
    ///
    /// - Throws: `DrawingError.renderer`.
    func draw(_ view: ab_view, _ marks: [Mark]) throws -> Image {
        let marks = marks.map { mark in
            ab_mark(
                position: (mark.position.x, mark.position.y, mark.position.z), radius: mark.radius,
                rgba: (mark.colour.x, mark.colour.y, mark.colour.z, mark.colour.w))
        }
        let bytes = try [UInt8](unsafeUninitializedCapacity: 3 * width * height) { buffer, count in
            try Self.check(simulation) {
                ab_renderer_draw(
                    renderer, simulation.model, simulation.data, view, marks, Int32(marks.count), buffer.baseAddress,
                    $0, Self.errorSize)
            }
            count = buffer.count
        }
        return Image(width: width, height: height, bytes: bytes)
    }

    /// Throws the error that `call` reports by its status and writes to the buffer that it is given.
    private static func check(
        _ simulation: MuJoCoSimulation, _ call: (UnsafeMutablePointer<CChar>) -> Int32
    ) throws {
        try withUnsafeTemporaryAllocation(of: CChar.self, capacity: errorSize) { buffer in
            guard let text = buffer.baseAddress else { preconditionFailure("room for \(errorSize) characters") }
            text.initialize(repeating: 0, count: errorSize)
            let status = call(text)
            if status == AB_MUJOCO_OK { return }
            throw status == AB_RENDERER_UNAVAILABLE
                ? DrawingError.noOpenGL(reasons: String(cString: text))
                : DrawingError.renderer(environment: simulation.name, text: String(cString: text))
        }
    }
}

import CMuJoCo

/// Renders images of an environment's states from its viewpoint. To be used only on the thread that made it.
package final class Camera {
    private let environment: any Drawable
    private let simulation: MuJoCoSimulation
    private let renderer: OffscreenRenderer

    /// Makes the simulation that is drawn and opens OpenGL for images of `width` × `height` pixels.
    ///
    /// - Throws: `DrawingError`, or what the environment's `makeDrawing` throws.
    package init(_ environment: any Drawable, width: Int, height: Int) throws {
        self.environment = environment
        simulation = try environment.makeDrawing()
        precondition(
            simulation.positions.count == environment.specification.positionCount,
            "the drawing of \(environment.specification.name) has other joints than its model")
        renderer = try OffscreenRenderer(simulation, width: width, height: height)
    }

    /// Renders the state with generalised positions `positions`, `positionCount` elements, in the environment's
    /// current episode.
    ///
    /// - Throws: `DrawingError.renderer` or `EnvironmentError.simulator`.
    package func image(of positions: UnsafePointer<Double>) throws -> Image {
        for i in simulation.positions.indices { simulation.positions[i] = positions[i] }
        try simulation.forward()
        let view = view
        layEndlessFloors(around: view.target.0, view.target.1)
        return try renderer.draw(view, environment.marks)
    }

    /// MuJoCo draws a plane without a size as a square of a few hundred metres, which a cheetah can leave. So its centre is
    /// kept near (x, y), moved by whole periods of the checkerboard, so that the squares do not seem to move.
    private func layEndlessFloors(around x: Double, _ y: Double) {
        let (model, data) = (simulation.model.pointee, simulation.data.pointee)
        for geom in 0..<Int(model.ngeom)
        where model.geom_type[geom] == Int32(mjGEOM_PLANE.rawValue) && model.geom_size[3 * geom] == 0 {
            let period = Scenery.floorPeriod
            data.geom_xpos[3 * geom] = period * (x / period).rounded()
            data.geom_xpos[3 * geom + 1] = period * (y / period).rounded()
        }
    }

    private var view: ab_view {
        let viewpoint = environment.viewpoint
        let target =
            switch viewpoint.target {
            case .point(let point): point
            case .body(let name, let height): above(name, height)
            }
        return ab_view(
            target: (target.x, target.y, target.z), distance: viewpoint.distance, azimuth: viewpoint.azimuth,
            elevation: viewpoint.elevation)
    }

    private func above(_ body: String, _ height: Double) -> Vector {
        guard let origin = simulation.origin(ofBody: body) else {
            preconditionFailure("the drawing of \(environment.specification.name) has no body '\(body)'")
        }
        return Vector(origin.x, origin.y, height)
    }
}

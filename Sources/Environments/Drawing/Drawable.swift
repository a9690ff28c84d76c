/// An environment whose states can be drawn.
///
/// A second simulation, with colours and lights, is given the positions and is drawn; it never takes a step. So drawing
/// an episode does not change it.
package protocol Drawable: Environment {
    /// The duration of a control step in seconds.
    var controlStep: Double { get }

    /// Makes a simulation with the joints of the one that is stepped, in the same order, with floor, lights and colours.
    ///
    /// - Throws: the same errors as making the environment.
    func makeDrawing() throws -> MuJoCoSimulation

    /// The camera's viewpoint.
    var viewpoint: Viewpoint { get }

    /// What is drawn in the current episode in addition to the model, such as a goal.
    var marks: [Mark] { get }
}

extension Drawable {
    /// Empty: only the model is drawn.
    package var marks: [Mark] { [] }
}

extension Environment {
    /// This environment as one that can be drawn.
    ///
    /// - Throws: `DrawingError.noDrawing`.
    package var drawable: any Drawable {
        get throws {
            guard let drawable = self as? any Drawable else {
                throw DrawingError.noDrawing(environment: specification.name)
            }
            return drawable
        }
    }
}

/// A camera's position and target.
package struct Viewpoint: Sendable, Equatable {
    /// The point in the centre of an image.
    package enum Target: Sendable, Equatable {
        /// A fixed point, in the world's frame.
        case point(Vector)
        /// The point above or below the origin of a body's frame, at this height in metres over the floor: the camera follows
        /// the body, but not its vertical motion.
        case body(String, height: Double)
    }

    /// The point that the camera looks at.
    package let target: Target
    /// The distance from the target to the camera in metres.
    package let distance: Double
    /// The angle about the vertical in degrees: 90 looks along +y, with +x to the right.
    package let azimuth: Double
    /// The angle over the horizon in degrees: negative looks down.
    package let elevation: Double

    package init(_ target: Target, distance: Double, azimuth: Double, elevation: Double) {
        self.target = target
        self.distance = distance
        self.azimuth = azimuth
        self.elevation = elevation
    }
}

/// A sphere to be drawn in an image.
package struct Mark: Sendable, Equatable {
    /// The centre, in the world's frame, in metres.
    package let position: Vector
    /// The radius in metres.
    package let radius: Double
    /// Red, green, blue and opacity, 0 to 1.
    package let colour: SIMD4<Float>

    package init(at position: Vector, radius: Double, colour: SIMD4<Float>) {
        self.position = position
        self.radius = radius
        self.colour = colour
    }
}

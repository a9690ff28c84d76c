/// An environment whose states can be drawn.
///
/// What is drawn is a second simulation, dressed for the eye, that is given positions and never takes a step: an episode
/// that is drawn is the episode that is evaluated.
package protocol Drawable: Environment {
    /// Seconds between one control step and the next.
    var controlStep: Double { get }

    /// A new simulation with the joints of the one that is stepped, in the same order, with floor, lights and colours.
    ///
    /// - Throws: as making the environment does.
    func makeDrawing() throws -> MuJoCoSimulation

    /// Where images are taken from.
    var viewpoint: Viewpoint { get }

    /// What is to be seen in the current episode and is no part of the model, such as a goal.
    var marks: [Mark] { get }
}

extension Drawable {
    /// Nothing but the model.
    package var marks: [Mark] { [] }
}

/// Where a camera stands and what it looks at.
package struct Viewpoint: Sendable, Equatable {
    /// The point in the middle of an image.
    package enum Target: Sendable, Equatable {
        /// Always the same one, in the world's frame.
        case point(Vector)
        /// Above or below the origin of a body's frame, at this height over the floor: the camera goes along, without
        /// bobbing up and down.
        case body(String, height: Double)
    }

    /// What it looks at.
    package let target: Target
    /// Metres from there to the camera.
    package let distance: Double
    /// Degrees about the vertical: 90 looks along +y, with +x to the right.
    package let azimuth: Double
    /// Degrees over the horizon: negative looks down.
    package let elevation: Double

    package init(_ target: Target, distance: Double, azimuth: Double, elevation: Double) {
        self.target = target
        self.distance = distance
        self.azimuth = azimuth
        self.elevation = elevation
    }
}

/// A ball to be seen in an image.
package struct Mark: Sendable, Equatable {
    /// Its middle, in the world's frame.
    package let position: Vector
    /// Metres.
    package let radius: Double
    /// Red, green, blue and opacity, 0 to 1.
    package let colour: SIMD4<Float>

    package init(at position: Vector, radius: Double, colour: SIMD4<Float>) {
        self.position = position
        self.radius = radius
        self.colour = colour
    }
}

package import Failures

/// Why an image could not be drawn.
package enum DrawingError: ExitCoded, Equatable, CustomStringConvertible {
    /// `environment` has nothing that can be drawn.
    case noDrawing(environment: String)
    /// This machine has no OpenGL that works without a window; `reasons` says what was tried and why it failed.
    case noOpenGL(reasons: String)
    /// MuJoCo's renderer or OpenGL reported an error for `environment`.
    case renderer(environment: String, text: String)

    /// One sentence: what, and what to do about it.
    package var description: String {
        switch self {
        case .noDrawing(let environment):
            "'\(environment)' cannot be drawn: it has no model for pictures"
        case .noOpenGL(let reasons):
            "drawing needs OpenGL without a window, from libEGL.so.1 or libOSMesa.so.8: "
                + "install it with `apt-get install libosmesa6` (found: \(reasons))"
        case .renderer(let environment, let text):
            "MuJoCo failed to draw '\(environment)': \(text)"
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .noDrawing: .badInput
        case .noOpenGL, .renderer: .unavailable
        }
    }
}

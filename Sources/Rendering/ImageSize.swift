/// The width and height of images in pixels.
package struct ImageSize: Sendable, Equatable, CustomStringConvertible {
    /// Pixels per row.
    package let width: Int
    /// The number of rows.
    package let height: Int

    /// The range of both: beyond it MuJoCo's off-screen buffer would take gigabytes.
    package static let range = 16...4096

    /// Parses "640x480"; nil for anything else, and for sizes out of range.
    package init?(_ text: String) {
        let numbers = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let width = numbers[0], let height = numbers[1],
            ImageSize.range.contains(width), ImageSize.range.contains(height)
        else { return nil }
        self.width = width
        self.height = height
    }

    private init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    package static let standard = ImageSize(width: 640, height: 480)

    /// The size as parsed by `init`.
    package var description: String { "\(width)x\(height)" }
}

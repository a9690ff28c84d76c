/// Width and height of images, in pixels.
package struct ImageSize: Sendable, Equatable, CustomStringConvertible {
    /// Pixels in a row.
    package let width: Int
    /// Rows.
    package let height: Int

    /// What either may be: beyond it MuJoCo's off-screen buffer would take gigabytes.
    package static let range = 16...4096

    /// From "640x480"; nil for anything else, and for sizes that are not drawn.
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

    /// 640x480.
    package static let standard = ImageSize(width: 640, height: 480)

    /// As `init` reads it.
    package var description: String { "\(width)x\(height)" }
}

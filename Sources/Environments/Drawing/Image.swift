/// An image: `height` rows of `width` pixels of red, green and blue, one byte each, the top row first.
package struct Image: Sendable, Equatable {
    /// The number of pixels in a row.
    package let width: Int
    /// The number of rows.
    package let height: Int
    /// The samples [height][width][3].
    package let bytes: [UInt8]

    /// Makes an image of `width` × `height` pixels; traps if the number of bytes does not match.
    package init(width: Int, height: Int, bytes: [UInt8]) {
        precondition(bytes.count == 3 * width * height, "\(bytes.count) bytes for \(width)x\(height) pixels")
        self.width = width
        self.height = height
        self.bytes = bytes
    }
}

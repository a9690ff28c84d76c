/// An image: `height` rows of `width` pixels of red, green and blue, one byte each, the top row first.
package struct Image: Sendable, Equatable {
    /// Pixels in a row.
    package let width: Int
    /// Rows.
    package let height: Int
    /// [height][width][3].
    package let bytes: [UInt8]

    /// An image of `width` × `height` pixels with these bytes.
    package init(width: Int, height: Int, bytes: [UInt8]) {
        precondition(bytes.count == 3 * width * height, "\(bytes.count) bytes for \(width)x\(height) pixels")
        self.width = width
        self.height = height
        self.bytes = bytes
    }
}

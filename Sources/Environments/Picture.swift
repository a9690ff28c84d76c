/// A picture: `height` rows of `width` pixels of red, green and blue, one byte each, the top row first.
public struct Picture: Sendable, Equatable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// [height][width][3].
    public let bytes: [UInt8]

    /// A picture of `width` × `height` pixels with these bytes.
    public init(width: Int, height: Int, bytes: [UInt8]) {
        precondition(bytes.count == 3 * width * height, "\(bytes.count) bytes for \(width)x\(height) pixels")
        self.width = width
        self.height = height
        self.bytes = bytes
    }
}

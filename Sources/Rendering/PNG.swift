import CZlib
package import Environments
package import Foundation

/// Encodes images as PNG files (ISO/IEC 15948): 8 bits each of red, green and blue, no metadata.
package enum PNG {
    /// The file's contents; they depend only on the image and zlib's version.
    package static func encode(_ image: Image) -> Data {
        var header = bigEndian(image.width) + bigEndian(image.height)
        header += [8, 2, 0, 0, 0]  // bits, RGB, deflate, adaptive filtering, not interlaced
        var file = Data([0x89] + Array("PNG\r\n".utf8) + [0x1A, 0x0A])
        file += chunk("IHDR", header)
        file += chunk("IDAT", compressed(filtered(image)))
        file += chunk("IEND", [])
        return file
    }

    /// Every row, preceded by the number of the filter `Sub`: each byte minus its left neighbour, so 0 wherever the
    /// colour does not change.
    private static func filtered(_ image: Image) -> [UInt8] {
        let stride = 3 * image.width
        var rows: [UInt8] = []
        rows.reserveCapacity((stride + 1) * image.height)
        for row in 0..<image.height {
            rows.append(1)
            let start = row * stride
            rows += image.bytes[start..<start + 3]
            for i in start + 3..<start + stride { rows.append(image.bytes[i] &- image.bytes[i - 3]) }
        }
        return rows
    }

    private static func compressed(_ bytes: [UInt8]) -> [UInt8] {
        var size = compressBound(UInt(bytes.count))
        return [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            let status = compress2(buffer.baseAddress, &size, bytes, UInt(bytes.count), 6)
            precondition(
                status == Z_OK, "compression into a buffer of compressBound's size fails only if memory runs out")
            count = Int(size)
        }
    }

    /// A chunk: length, type, contents, and the CRC of the latter two.
    private static func chunk(_ kind: String, _ contents: [UInt8]) -> Data {
        let body = Array(kind.utf8) + contents
        let checksum = crc32(0, body, UInt32(body.count))
        return Data(bigEndian(contents.count) + body + bigEndian(Int(checksum)))
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        let number = UInt32(number)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}

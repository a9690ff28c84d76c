/// A zip archive of `files`, uncompressed (PKWARE's APPNOTE 4.3), in the order given.
package func zipArchive(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
    var archive: [UInt8] = []
    var directory: [UInt8] = []
    for file in files {
        let name = Array(file.name.utf8)
        let size = UInt32(file.bytes.count)
        // Version, flags, method, time and date; checksum; sizes; lengths of the name and of an empty extra field.
        let common =
            littleEndian([20, 0, 0, 0, 0x21] as [UInt16]) + littleEndian([checksum(file.bytes), size, size])
            + littleEndian([UInt16(name.count), 0])
        directory += littleEndian([0x0201_4B50] as [UInt32]) + littleEndian([20] as [UInt16]) + common
        directory += littleEndian([0, 0, 0] as [UInt16]) + littleEndian([0, UInt32(archive.count)]) + name
        archive += littleEndian([0x0403_4B50] as [UInt32]) + common + name + file.bytes
    }
    let count = UInt16(files.count)
    let end =
        littleEndian([0x0605_4B50] as [UInt32]) + littleEndian([0, 0, count, count])
        + littleEndian([UInt32(directory.count), UInt32(archive.count)]) + littleEndian([0] as [UInt16])
    return archive + directory + end
}

private func littleEndian<Number: FixedWidthInteger>(_ numbers: [Number]) -> [UInt8] {
    numbers.flatMap { number in
        stride(from: 0, to: Number.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}

/// The CRC-32 of IEEE 802.3.
private func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0 as UInt32) { register, byte in
        (0..<8).reduce(register ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
}

import Failures
import Foundation
import HDF5
import Networks
import Storage

/// A file in the safetensors format: an 8-byte little-endian header length, a JSON header with dtype, shape and offsets
/// of each tensor, then the tensors' bytes, row-major and contiguous.
struct SafetensorsFile {
    /// The type, shape and position of a tensor.
    struct Tensor {
        var name: String
        /// The format's name of the element type: "F32".
        var type: String
        var shape: [Int]
        /// Offsets from the end of the header, in bytes.
        var bytes: Range<Int>
    }

    /// The longest header that the reference implementation accepts, in bytes.
    private static let longestHeader: UInt64 = 100_000_000
    /// Bits per element of each known type; the format may add others.
    private static let bits = [
        "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
        "U16": 16, "I16": 16, "F16": 16, "BF16": 16, "U32": 32, "I32": 32, "F32": 32, "U64": 64, "I64": 64, "F64": 64,
        "C64": 64,
    ]

    /// The file's string metadata.
    let metadata: [String: String]
    /// The tensors in the order of their bytes.
    let tensors: [Tensor]
    private let body: Data
    private let path: String

    /// Parses the contents of the file at `path`, which is named in errors.
    ///
    /// - Throws: `HarnessError.badInput` that names the problem.
    init(_ file: Data, path: String) throws {
        // A header starts with a brace; the eight bytes before it are a length and can match other formats by chance.
        if file.dropFirst(8).first != UInt8(ascii: "{"), let other = ForeignFormat.of(Array(file.prefix(1024))) {
            throw HarnessError.badInput("\(path): expected a safetensors file, found \(other.name)")
        }
        guard file.count >= 8 else {
            throw HarnessError.badInput("\(path): \(file.count) bytes are not a safetensors file")
        }
        let length = file.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= Self.longestHeader else {
            throw HarnessError.badInput(
                "\(path): not a safetensors file: its first 8 bytes would be a header's length of \(length) bytes, where the "
                    + "format allows \(Self.longestHeader)")
        }
        guard length <= UInt64(file.count - 8) else {
            throw HarnessError.badInput(
                "\(path): header of \(length) bytes in a file of \(file.count): truncated, or not a safetensors file?")
        }
        let header = try SafetensorsHeader(file.dropFirst(8).prefix(Int(length)), path: path)
        body = file.dropFirst(8 + Int(length))
        (metadata, self.path) = (header.metadata, path)
        tensors = header.tensors.sorted {
            ($0.bytes.lowerBound, $0.bytes.upperBound, $0.name) < ($1.bytes.lowerBound, $1.bytes.upperBound, $1.name)
        }
        for tensor in tensors { try requireSize(tensor) }
        try requireNoGaps()
    }

    private func requireSize(_ tensor: Tensor) throws {
        guard tensor.bytes.upperBound <= body.count else {
            throw refusal(tensor, "expected at most \(body.count), the bytes behind the header")
        }
        guard let bits = Self.bits[tensor.type] else { return }
        var size = bits
        for length in tensor.shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: length)
            guard length >= 0, !overflow else { throw refusal(tensor, "expected a shape that a file can hold") }
            size = product
        }
        guard size % 8 == 0, tensor.bytes.count == size / 8 else {
            throw refusal(tensor, "expected \((size + 7) / 8) bytes")
        }
    }

    private func requireNoGaps() throws {
        var (end, last) = (0, "")
        for tensor in tensors {
            if tensor.bytes.lowerBound < end {
                throw HarnessError.badInput("\(path): tensors \(last) and \(tensor.name) share bytes")
            }
            if tensor.bytes.lowerBound > end {
                throw HarnessError.badInput(
                    "\(path): the \(tensor.bytes.lowerBound - end) bytes before tensor \(tensor.name) belong to no tensor"
                )
            }
            (end, last) = (tensor.bytes.upperBound, tensor.name)
        }
        if end < body.count {
            throw HarnessError.badInput("\(path): \(body.count - end) bytes follow the last tensor")
        }
    }

    private func refusal(_ tensor: Tensor, _ what: String) -> HarnessError {
        .badInput(
            "\(path): tensor \(tensor.name) is \(tensor.type) \(tensor.shape) at bytes "
                + "\([tensor.bytes.lowerBound, tensor.bytes.upperBound]), \(what)")
    }
}

// Converting and writing numbers.
extension SafetensorsFile {
    /// The elements of a tensor of any floating-point type of 16 to 64 bits, each rounded once to single precision.
    ///
    /// - Throws: `HarnessError.badInput` for another type, or a number out of single precision's range.
    func floats(of tensor: Tensor) throws -> [Float] {
        let bytes = body.dropFirst(tensor.bytes.lowerBound).prefix(tensor.bytes.count)
        switch tensor.type {
        case "F32": return numbers(bytes) { Float(bitPattern: $0) }
        case "F16": return numbers(bytes) { Float(Float16(bitPattern: $0)) }
        case "BF16": return numbers(bytes) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
        case "F64":
            let wide = numbers(bytes) { Double(bitPattern: $0) }
            if let number = wide.first(where: { $0.isFinite && !Float($0).isFinite }) {
                throw HarnessError.badInput(
                    "\(path): tensor \(tensor.name) holds \(number), which single precision cannot hold")
            }
            return wide.map { Float($0) }
        default:
            throw HarnessError.badInput(
                "\(path): tensor \(tensor.name) is \(tensor.type), expected F32, or F16, BF16 or F64, which are converted"
            )
        }
    }

    private func numbers<Bits: FixedWidthInteger, Number>(_ bytes: Data, _ number: (Bits) -> Number) -> [Number] {
        let size = MemoryLayout<Bits>.size
        return Array(bytes).withUnsafeBytes { raw in
            (0..<raw.count / size).map {
                number(Bits(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * size, as: Bits.self)))
            }
        }
    }

    /// Encodes a file of these tensors in this order, in single or half precision.
    ///
    /// The bytes depend only on the arguments: header keys are sorted.
    static func encode(
        _ tensors: [NamedTensor], metadata: [String: String], isHalved: Bool = false
    ) throws -> Data {
        var header: [String: SafetensorsHeader.Entry] = ["__metadata__": .metadata(metadata)]
        var body = Data()
        for tensor in tensors {
            let start = body.count
            for value in tensor.values {
                if isHalved {
                    withUnsafeBytes(of: Float16(value).bitPattern.littleEndian) { body.append(contentsOf: $0) }
                } else {
                    withUnsafeBytes(of: value.bitPattern.littleEndian) { body.append(contentsOf: $0) }
                }
            }
            header[tensor.name] = .tensor(
                dtype: isHalved ? "F16" : "F32", shape: tensor.shape, offsets: [start, body.count])
        }
        var json = try encodeJSON(header, as: .line)
        json.append(contentsOf: [UInt8](repeating: 0x20, count: (8 - json.count % 8) % 8))  // tensors start aligned
        var file = Data()
        withUnsafeBytes(of: UInt64(json.count).littleEndian) { file.append(contentsOf: $0) }
        return file + json + body
    }
}

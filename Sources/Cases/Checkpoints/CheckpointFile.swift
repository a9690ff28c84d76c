package import Failures
package import Foundation
import Numerics
import Paths
import Storage

/// Why a case cannot continue from a file.
package enum CheckpointError: ExitCoded, CustomStringConvertible, Equatable {
    /// The file is not a checkpoint of this format, or is damaged; an older one may be usable.
    case unreadable(path: String, reason: String)

    package var exitStatus: ExitStatus { .badInput }

    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path): cannot resume from it: \(reason)"
        }
    }
}

/// The bytes of a checkpoint, format 1. All numbers are little-endian.
///
///     offset 0       8 bytes  "ABCHKPT\n"
///            8       UInt32   format version, 1
///            12      UInt32   0x01020304: reads as 0x04030201 when written in the other byte order
///            16      UInt64   H, length of the header
///            24      UInt64   P, length of the tensors
///            32      H bytes  header: JSON with sorted keys, blanks up to a multiple of 8 bytes
///            32+H    P bytes  tensors, one after another in the header's order, of the type it names ("Float")
///            32+H+P  32 bytes SHA-256 of everything before
enum CheckpointFile {
    static let version: UInt32 = 1
    private static let magic = Data("ABCHKPT\n".utf8)
    private static let byteOrder: UInt32 = 0x0102_0304
    private static let fixedLength = 32
    private static let digestLength = 32

    private struct Header: Codable {
        struct Tensor: Codable {
            var name: String
            var count: Int
        }

        var caseIdentifier: String
        var configuration: String
        var datasetSHA256: String
        /// `Checkpoint.libraries`.
        var environment: [String: String]
        var plannedSteps: Int?
        var progress: CaseProgress
        var real: String
        /// IEEE 754 bit patterns as 16 hexadecimal digits: JSON has no NaN.
        var scalars: [String: String]
        var step: Int
        var tensors: [Tensor]
    }

    static func encode(_ checkpoint: Checkpoint) throws -> Data {
        let header = try encodedHeader(checkpoint)
        let payload = checkpoint.tensors.map(\.values.count).reduce(0, +) * MemoryLayout<Real>.stride
        var file = Data(capacity: fixedLength + header.count + payload + digestLength)
        file.append(magic)
        append(version, to: &file)
        append(byteOrder, to: &file)
        append(UInt64(header.count), to: &file)
        append(UInt64(payload), to: &file)
        file.append(header)
        for tensor in checkpoint.tensors { append(tensor.values, to: &file) }
        file.append(contentsOf: digest(of: file))
        return file
    }

    static func decode(_ file: Data, path: String) throws -> Checkpoint {
        let lengths = try requireWhole(file, path)
        let body = file.dropFirst(fixedLength)
        let header: Header
        do {
            header = try decoder.decode(Header.self, from: body.prefix(lengths.header))
        } catch {
            throw refusal(path, "the header is not valid JSON: \(error)")
        }
        guard header.real == Checkpoint.real else {
            throw refusal(path, "holds numbers of type \(header.real); this program computes with \(Checkpoint.real)")
        }
        return Checkpoint(
            caseIdentifier: header.caseIdentifier, configuration: header.configuration,
            datasetSHA256: header.datasetSHA256, step: header.step, plannedSteps: header.plannedSteps,
            scalars: try scalars(header, path), progress: header.progress, libraries: header.environment,
            tensors: try tensors(header, body.dropFirst(lengths.header).dropLast(digestLength), path))
    }

    /// Refuses anything but a complete file of this format; no content is used before the digest has been verified.
    private static func requireWhole(_ file: Data, _ path: String) throws -> (header: Int, payload: Int) {
        guard file.count >= fixedLength + digestLength else {
            throw refusal(path, "\(file.count) bytes are too few for a checkpoint")
        }
        guard file.prefix(magic.count) == magic else { throw refusal(path, "does not begin as a checkpoint") }
        let order: UInt32 = number(in: file, at: 12)
        guard order == byteOrder else {
            throw refusal(
                path,
                order == byteOrder.byteSwapped
                    ? "written by a machine of the other byte order" : "the mark of the byte order is damaged")
        }
        let found: UInt32 = number(in: file, at: 8)
        guard found == version else { throw refusal(path, "format \(found); this program reads \(version)") }
        let header: UInt64 = number(in: file, at: 16)
        let payload: UInt64 = number(in: file, at: 24)
        let rest = UInt64(file.count - fixedLength - digestLength)
        guard header <= rest, payload == rest - header else {
            throw refusal(
                path, "expected \(header) bytes of header and \(payload) of tensors, found \(rest) bytes of both")
        }
        guard digest(of: file.dropLast(digestLength)).elementsEqual(file.suffix(digestLength)) else {
            throw refusal(path, "the SHA-256 of its contents is not the one at its end: damaged")
        }
        return (Int(header), Int(payload))
    }

    private static func encodedHeader(_ checkpoint: Checkpoint) throws -> Data {
        let header = Header(
            caseIdentifier: checkpoint.caseIdentifier, configuration: checkpoint.configuration,
            datasetSHA256: checkpoint.datasetSHA256, environment: checkpoint.libraries,
            plannedSteps: checkpoint.plannedSteps, progress: checkpoint.progress, real: Checkpoint.real,
            scalars: checkpoint.scalars.mapValues { $0.bitPattern.zeroPadded(to: 16, radix: 16) },
            step: checkpoint.step,
            tensors: checkpoint.tensors.map { Header.Tensor(name: $0.name, count: $0.values.count) })
        let json = try encodeJSON(header, as: .line, nonFinite: true)
        return json + Data(repeating: 0x20, count: (8 - json.count % 8) % 8)
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return decoder
    }

    private static func scalars(_ header: Header, _ path: String) throws -> [String: Double] {
        try header.scalars.mapValues { digits in
            guard digits.utf8.count == 16, let bits = UInt64(digits, radix: 16) else {
                throw refusal(path, "the header has '\(digits)' where it should have 16 hexadecimal digits")
            }
            return Double(bitPattern: bits)
        }
    }

    private static func tensors(_ header: Header, _ payload: Data, _ path: String) throws -> [CheckpointTensor] {
        let size = MemoryLayout<Real>.stride
        var rest = payload
        let tensors = try header.tensors.map { entry in
            guard entry.count >= 0, entry.count <= rest.count / size else {
                throw refusal(path, "\(entry.count) numbers of \(entry.name) go beyond the file's tensors")
            }
            defer { rest = rest.dropFirst(entry.count * size) }
            return CheckpointTensor(name: entry.name, values: values(rest.prefix(entry.count * size)))
        }
        guard rest.isEmpty else { throw refusal(path, "\(rest.count) bytes follow the last tensor") }
        return tensors
    }

    private static func append(_ values: [Real], to file: inout Data) {
        #if _endian(little)
            values.withUnsafeBytes { file.append(contentsOf: $0) }
        #else
            for value in values { append(value.bitPattern, to: &file) }
        #endif
    }

    private static func values(_ bytes: Data) -> [Real] {
        let values = [Real](unsafeUninitializedCapacity: bytes.count / MemoryLayout<Real>.stride) { buffer, count in
            count = bytes.copyBytes(to: buffer) / MemoryLayout<Real>.stride
        }
        #if _endian(little)
            return values
        #else
            return values.map { Real(bitPattern: $0.bitPattern.byteSwapped) }
        #endif
    }

    private static func append(_ number: some FixedWidthInteger, to file: inout Data) {
        withUnsafeBytes(of: number.littleEndian) { file.append(contentsOf: $0) }
    }

    private static func number<Number: FixedWidthInteger>(in file: Data, at offset: Int) -> Number {
        file.dropFirst(offset).prefix(MemoryLayout<Number>.size).reversed()
            .reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    private static func digest(of data: Data) -> [UInt8] {
        let digest = SHA256Digest()
        data.withUnsafeBytes { digest.update($0) }
        return digest.bytes
    }

    private static func refusal(_ path: String, _ reason: String) -> CheckpointError {
        .unreadable(path: path, reason: reason)
    }
}

extension Checkpoint {
    /// The contents of the file.
    package func encoded() throws -> Data { try CheckpointFile.encode(self) }

    /// Decodes the contents of the file at `path`, which is named in errors.
    ///
    /// - Throws: `HarnessError.badInput` that names the problem.
    package static func decode(_ data: Data, path: String) throws -> Checkpoint {
        try CheckpointFile.decode(data, path: path)
    }
}

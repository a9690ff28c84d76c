import CHDF5
import Paths

/// A file with the same numbers in every type and every kind of storage, read back by tests and by
/// `active-bench bench loading`, which prints how many there are.
package struct StorageExamples {
    /// One dataset of the file.
    package struct Example: Sendable {
        package let name: String
        package let type, storage: String
    }

    /// The numbers: only 0 and 1, in pairs, so that they can be read as flags too.
    package static let numbers: [Float] = (0..<40).map { Float(($0 ^ $0 >> 1) & 1) }
    private static let shape: [hsize_t] = [40]
    private static let chunk: [hsize_t] = [16]

    /// Writes the file at `path`.
    ///
    /// - Returns: the datasets in the file; combinations that the library refuses to write are left out.
    package static func write(to path: String) throws(HDF5Error) -> [Example] {
        Library.prepare()
        // The newest format of HDF5 1.10, so that every kind of chunk index occurs.
        guard let access = Handle(H5Pcreate(ab_H5P_FILE_ACCESS())),
            H5Pset_libver_bounds(access.id, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0,
            let file = Handle(path.withPath { H5Fcreate($0, ab_H5F_ACC_TRUNC(), ab_H5P_DEFAULT(), access.id) })
        else { throw .library("H5Fcreate", file: path) }
        var examples: [Example] = []
        for number in NumberType.all {
            guard let type = number.make(), let bytes = number.bytes(of: numbers) else {
                throw .library("H5Tconvert", file: path, object: number.name)
            }
            for storage in StorageKind.allCases {
                let name = "\(number.name), \(storage.rawValue)"
                if storage.write(bytes, type, in: file, name: name, shape: shape, chunk: chunk) {
                    examples.append(Example(name: name, type: number.name, storage: storage.rawValue))
                } else {
                    H5Ldelete(file.id, name, ab_H5P_DEFAULT())
                }
            }
        }
        return examples
    }
}

/// A numeric type, built from the library's types.
private struct NumberType {
    enum Base {
        case integer(signed: Bool), bitfield, enumeration, boolean, float(exponent: Int, mantissa: Int), longDouble
    }

    let name: String
    let base: Base
    let size: Int
    var isBigEndian = false

    static let all: [NumberType] = {
        var all: [NumberType] = []
        for size in [1, 2, 4, 8] {
            all += both(NumberType(name: "int\(8 * size)", base: .integer(signed: true), size: size))
            all += both(NumberType(name: "uint\(8 * size)", base: .integer(signed: false), size: size))
            all += both(NumberType(name: "bitfield\(8 * size)", base: .bitfield, size: size))
        }
        for (name, size, exponent, mantissa) in [
            ("half", 2, 5, 10), ("bfloat16", 2, 8, 7), ("single", 4, 8, 23), ("double", 8, 11, 52),
        ] {
            all += both(NumberType(name: name, base: .float(exponent: exponent, mantissa: mantissa), size: size))
        }
        all.append(NumberType(name: "long double", base: .longDouble, size: 16))
        all.append(NumberType(name: "boolean", base: .boolean, size: 1))
        all.append(NumberType(name: "enumeration", base: .enumeration, size: 4))
        return all
    }()

    private static func both(_ type: NumberType) -> [NumberType] {
        if type.size == 1 { return [type] }
        return [
            type, NumberType(name: type.name + ", big-endian", base: type.base, size: type.size, isBigEndian: true),
        ]
    }

    /// Makes the type in the file.
    func make() -> Handle? {
        switch base {
        case .enumeration, .boolean:
            guard let integers = numeric(), let type = Handle(H5Tenum_create(integers.id)) else { return nil }
            for (label, value) in [("FALSE", 0), ("TRUE", 1)] {
                var value = Int32(value)
                H5Tenum_insert(type.id, label, &value)
            }
            return type
        default: return numeric(asBits: true)
        }
    }

    /// Returns `numbers` in this type, contiguous.
    func bytes(of numbers: [Float]) -> [UInt8]? {
        guard let type = numeric() else { return nil }
        var bytes = [UInt8](repeating: 0, count: numbers.count * max(size, 4))
        numbers.withUnsafeBytes { source in bytes.withUnsafeMutableBytes { $0.copyMemory(from: source) } }
        guard H5Tconvert(ab_H5T_NATIVE_FLOAT(), type.id, numbers.count, &bytes, nil, ab_H5P_DEFAULT()) >= 0 else {
            return nil
        }
        return Array(bytes.prefix(numbers.count * size))
    }

    /// Makes the numeric type; for a bitfield an unsigned integer, as the library does not convert bitfields.
    private func numeric(asBits: Bool = false) -> Handle? {
        let template: hid_t =
            switch base {
            case .bitfield where asBits: ab_H5T_STD_B8LE()
            case .integer, .bitfield, .enumeration, .boolean: ab_H5T_STD_I64LE()
            case .float(_, let mantissa) where mantissa > 23: ab_H5T_IEEE_F64LE()
            case .float: ab_H5T_IEEE_F32LE()
            case .longDouble: ab_H5T_NATIVE_LDOUBLE()
            }
        guard let type = Handle(H5Tcopy(template)) else { return nil }
        switch base {
        case .longDouble: break
        case .float(let exponent, let mantissa):
            H5Tset_fields(type.id, mantissa + exponent, mantissa, exponent, 0, mantissa)
            H5Tset_precision(type.id, 1 + exponent + mantissa)
            H5Tset_size(type.id, size)
            H5Tset_ebias(type.id, 1 << (exponent - 1) - 1)
        case .integer(signed: false): H5Tset_sign(type.id, H5T_SGN_NONE)
        default: break
        }
        if H5Tget_class(type.id) != H5T_FLOAT {
            H5Tset_size(type.id, size)
            H5Tset_precision(type.id, 8 * size)
        }
        if isBigEndian { H5Tset_order(type.id, H5T_ORDER_BE) }
        return type
    }
}

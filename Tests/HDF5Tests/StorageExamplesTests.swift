import CHDF5
import HDF5
import ScratchFiles
import Testing

/// Numbers of every type in every storage are read exactly or refused.
@Suite struct StorageExamplesTests {
    let folder = TemporaryFolder()

    @Test func everyTypeInEveryStorageIsRead() throws {
        let examples = try StorageExamples.write(to: folder("all.hdf5"))
        let file = try HDF5File(readingFrom: folder("all.hdf5"))
        let flags = StorageExamples.numbers.map { UInt8($0) }
        for example in examples {
            #expect(try file.float32(example.name).elements == StorageExamples.numbers, "\(example.name)")
            #expect(try file.flags(example.name).elements == flags, "\(example.name)")
        }
        #expect(Set(examples.map(\.type)).count == 32 && Set(examples.map(\.storage)).count == 18)
        #expect(examples.count > 520, "\(examples.count): the library refuses to write only a few")
    }

    /// Numbers that one type holds exactly or that need rounding are rounded once, to nearest, ties to even.
    @Test(arguments: Stored.all)
    func valuesAreRoundedOnce(example: Stored) throws {
        try HDF5Writer.write(to: folder("a.hdf5")) { _ in }
        edit(folder("a.hdf5")) { example.write(to: $0) }
        let read = try HDF5File(readingFrom: folder("a.hdf5")).float32("x").elements
        #expect(read.map(\.bitPattern) == example.expected.map(\.bitPattern), "\(read)")
    }

    @Test(arguments: Refused.all)
    func numbersThatDoNotFitAreRefused(example: Refused) throws {
        try HDF5Writer.write(to: folder("a.hdf5")) { _ in }
        edit(folder("a.hdf5")) { example.stored.write(to: $0) }
        let file = try HDF5File(readingFrom: folder("a.hdf5"))
        let error = #expect(throws: HDF5Error.self) {
            if example.asFlags { _ = try file.flags("x") } else { _ = try file.float32("x") }
        }
        #expect(error.map { "\($0)".contains(example.sentence) } == true, "\(error.map { "\($0)" } ?? "")")
    }
}

/// Numbers as bytes of a type, and their values in single precision.
struct Stored: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let type: @Sendable () -> hid_t
    let bytes: [UInt8]
    var expected: [Float] = []

    init<Number: BitwiseCopyable>(
        _ name: String, _ type: @escaping @Sendable () -> hid_t, _ numbers: [Number], isReversed: Bool = false,
        expected: [Float] = []
    ) {
        testDescription = name
        self.type = {
            let copy = H5Tcopy(type())
            if isReversed { H5Tset_order(copy, H5T_ORDER_BE) }
            return copy
        }
        bytes = numbers.flatMap { number in
            let bytes = withUnsafeBytes(of: number) { Array($0) }
            return isReversed ? bytes.reversed() : bytes
        }
        self.expected = expected
    }

    func write(to file: hid_t) {
        let type = type()
        let space = H5Screate_simple(1, [hsize_t(bytes.count / H5Tget_size(type))], nil)
        let dataset = H5Dcreate2(file, "x", type, space, 0, 0, 0)
        precondition(H5Dwrite(dataset, type, 0, 0, 0, bytes) >= 0)
        for id in [dataset, space, type] { H5Idec_ref(id) }
    }

    private static let doubles = [
        0.1, 1 + 0x1p-24, 1 + 0x1.8p-23, 1 + 0x1p-24 + 0x1p-52, 0x1p-149, 0x1p-150, 0x1.8p-150, -0x1.fffffefp127, -0.0,
        .infinity,
    ]
    /// Halfway between two single-precision numbers, and one above: rounding to double first would lose the difference.
    private static let integers: [Int64] = [
        1 << 60 + 1 << 36, 1 << 60 + 1 << 36 + 1, -(1 << 60 + 1 << 36 + 1), .min, .max,
    ]
    private static let unsigned: [UInt64] = [.max, 1 << 63, 1 << 63 + 1 << 39 + 1, 255]

    static let all: [Stored] = [false, true].flatMap { isReversed in
        let order = isReversed ? ", big-endian" : ""
        return [
            Stored(
                "double" + order, { ab_H5T_IEEE_F64LE() }, doubles, isReversed: isReversed,
                expected: doubles.map { Float($0) }),
            Stored(
                "int64" + order, { ab_H5T_STD_I64LE() }, integers, isReversed: isReversed,
                expected: integers.map { Float($0) }),
            Stored(
                "uint64" + order,
                {
                    let type = H5Tcopy(ab_H5T_STD_I64LE())
                    H5Tset_sign(type, H5T_SGN_NONE)
                    return type
                }, unsigned, isReversed: isReversed, expected: unsigned.map { Float($0) }),
            Stored(
                "half" + order, half, [0x3C00, 0x0001, 0x03FF, 0x7BFF, 0xFC00, 0x8000] as [UInt16],
                isReversed: isReversed,
                expected: [1, 0x1p-24, 0x1.ff8p-15, 65504, -.infinity, -0.0]),
        ]
    }

    static let half: @Sendable () -> hid_t = {
        let type = H5Tcopy(ab_H5T_IEEE_F32LE())
        H5Tset_fields(type, 15, 10, 5, 0, 10)
        H5Tset_precision(type, 16)
        H5Tset_size(type, 2)
        H5Tset_ebias(type, 15)
        return type
    }
}

/// Numbers that are refused, and the end of the error's sentence.
struct Refused: CustomTestStringConvertible, Sendable {
    let stored: Stored
    let sentence: String
    var asFlags = false

    var testDescription: String { "\(stored.testDescription) as \(asFlags ? "flags" : "numbers")" }

    static let all = [
        Refused(
            stored: Stored("1e39", { ab_H5T_IEEE_F64LE() }, [1, 1e39]),
            sentence: "expected numbers within single precision, at most 3.4e38, found 1e+39 in row 1"),
        Refused(
            stored: Stored("-1e300, big-endian", { ab_H5T_IEEE_F64LE() }, [1, 2, -1e300], isReversed: true),
            sentence: "found -1e+300 in row 2"),
        Refused(
            stored: Stored("0.5", { ab_H5T_IEEE_F32LE() }, [0, 1, 0.5] as [Float]),
            sentence: "expected 0 or 1 in every row, found 0.5 in row 2", asFlags: true),
        Refused(
            stored: Stored("NaN", { ab_H5T_IEEE_F64LE() }, [0, .nan] as [Double]),
            sentence: "found nan in row 1", asFlags: true),
        Refused(
            stored: Stored("1 + 2^-52", { ab_H5T_IEEE_F64LE() }, [1, 1.0.nextUp] as [Double]),
            sentence: "found 1.0000000000000002 in row 1", asFlags: true),
        Refused(
            stored: Stored("-1", { ab_H5T_STD_I8LE() }, [1, -1] as [Int8]), sentence: "found -1 in row 1", asFlags: true
        ),
        Refused(
            stored: Stored("2", { ab_H5T_STD_U8LE() }, [255, 0, 1, 2] as [UInt8]), sentence: "found 2 in row 3",
            asFlags: true),
        Refused(
            stored: Stored("255 in 64 bits", { ab_H5T_STD_I64LE() }, [255] as [Int64]), sentence: "found 255 in row 0",
            asFlags: true),
    ]
}

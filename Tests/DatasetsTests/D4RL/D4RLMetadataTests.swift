import CHDF5
import Datasets
import HDF5
import ScratchFiles
import Testing

/// Metadata of any kind leave the data readable, and one note tells what was left out of them.
@Suite struct D4RLMetadataTests {
    let folder = TemporaryFolder()

    /// An object under `metadata`, its value as read, and the end of the note where it is left out.
    struct Example: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var values: [String: MetadataValue] = [:]
        var note: String? = nil
        let add: @Sendable (hid_t) -> Void
    }

    @Test(arguments: examples)
    func theFileIsRead(example: Example) throws {
        try SampleFile().write(to: folder("a.hdf5"))
        edit(folder("a.hdf5"), example.add)
        let file = try D4RLFile(path: folder("a.hdf5"))
        #expect(file.rewards == SampleFile().rewards && file.metadata == example.values)
        #expect(file.notes.count == (example.note == nil ? 0 : 1), "\(file.notes)")
        if let note = example.note { #expect(file.notes.first?.contains(note) == true, "\(file.notes)") }
    }

    /// Creates a dataset of one type and extent at `name`; nil bytes are not written.
    private static func put(
        _ file: hid_t, _ name: String, _ type: hid_t, _ shape: [hsize_t]?, _ bytes: [UInt8]?, isEmpty: Bool = false
    ) {
        let links = H5Pcreate(ab_H5P_LINK_CREATE())
        H5Pset_create_intermediate_group(links, 1)
        let space =
            shape.map { H5Screate_simple(Int32($0.count), $0, nil) } ?? H5Screate(isEmpty ? H5S_NULL : H5S_SCALAR)
        let dataset = H5Dcreate2(file, name, type, space, links, 0, 0)
        precondition(dataset >= 0)
        if let bytes { H5Dwrite(dataset, type, 0, 0, 0, bytes) }
        for id in [dataset, space, links] { H5Idec_ref(id) }
    }

    private static func string(_ size: Int, variable: Bool = false) -> hid_t {
        let type = H5Tcopy(ab_H5T_C_S1())
        H5Tset_size(type, variable ? ab_H5T_VARIABLE() : size)
        return type
    }

    private static func group(_ file: hid_t, _ name: String) { H5Gclose(H5Gcreate2(file, name, 0, 0, 0)) }

    static let examples = [
        Example(testDescription: "JSON text in place of a group", values: ["metadata": .text("{\"seed\": 3}")]) {
            put($0, "metadata", string(11), nil, Array("{\"seed\": 3}".utf8))
        },
        Example(testDescription: "text in Latin-1", values: ["name": .text("M\u{FFFD}ller")]) {
            put($0, "metadata/name", string(6), nil, [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72])
        },
        Example(
            testDescription: "an empty value",
            note: "'metadata/commit': expected a dataset stored in this file, found a dataset without"
        ) { put($0, "metadata/commit", string(1), nil, nil, isEmpty: true) },
        Example(testDescription: "a scalar that was never written", note: "never written") {
            put($0, "metadata/seed", ab_H5T_STD_I64LE(), nil, nil)
        },
        Example(testDescription: "an array that was never written", note: "never written") {
            put($0, "metadata/returns", ab_H5T_IEEE_F32LE(), [1000], nil)
        },
        Example(testDescription: "an array of text", note: "found text of shape [2]") {
            put($0, "metadata/names", string(1), [2], [65, 66])
        },
        Example(testDescription: "text of variable length, never written", note: "never written") {
            put($0, "metadata/name", string(0, variable: true), nil, nil)
        },
        Example(
            testDescription: "integers", values: ["seeds": .array(HDF5Array(shape: [3], elements: [0, 1, 2]))]
        ) { put($0, "metadata/seeds", ab_H5T_STD_U8LE(), [3], [0, 1, 2]) },
        Example(testDescription: "integers beyond single precision", note: "within ±2^24") {
            put($0, "metadata/steps", ab_H5T_STD_I64LE(), [1], [0, 0, 0, 0, 1, 0, 0, 0])
        },
        Example(testDescription: "a compound", note: "found compound") {
            let type = H5Tcreate(H5T_COMPOUND, 8)
            H5Tinsert(type, "x", 0, ab_H5T_IEEE_F64LE())
            put($0, "metadata/row", type, [2], [UInt8](repeating: 0, count: 16))
        },
        Example(testDescription: "sequences of variable length", note: "found variable-length sequence") {
            put($0, "metadata/list", H5Tvlen_create(ab_H5T_IEEE_F32LE()), [2], [UInt8](repeating: 0, count: 32))
        },
        Example(testDescription: "a named type", note: "found a named type") { file in
            group(file, "metadata")
            H5Tcommit2(file, "metadata/step_t", H5Tcopy(ab_H5T_IEEE_F32LE()), 0, 0, 0)
        },
        Example(testDescription: "a soft link", values: ["config": .integer(1)]) { file in
            put(file, "runs/config", ab_H5T_STD_U8LE(), nil, [1])
            group(file, "metadata")
            H5Lcreate_soft("/runs/config", file, "metadata/config", 0, 0)
        },
        Example(testDescription: "a soft link to nothing", note: "a soft link to '/gone', which is not there") { file in
            group(file, "metadata")
            H5Lcreate_soft("/gone", file, "metadata/config", 0, 0)
        },
        Example(testDescription: "a link into another file", note: "a link into another file, 'policy.hdf5'") { file in
            group(file, "metadata")
            H5Lcreate_external("policy.hdf5", "/weights", file, "metadata/policy", 0, 0)
        },
        Example(testDescription: "all of it in another file", note: "a link into another file, 'm.hdf5'") {
            H5Lcreate_external("m.hdf5", "/metadata", $0, "metadata", 0, 0)
        },
        Example(testDescription: "a group that contains itself", note: "a group that was already read") { file in
            group(file, "metadata")
            H5Lcreate_hard(file, "/metadata", file, "/metadata/again", 0, 0)
        },
        Example(testDescription: "a long name", values: [String(repeating: "k", count: 300): .integer(7)]) {
            put($0, "metadata/" + String(repeating: "k", count: 300), ab_H5T_STD_U8LE(), nil, [7])
        },
        Example(testDescription: "a deeply nested name", values: ["a/b/c/d/e/f/g/h/i": .integer(1)]) {
            put($0, "metadata/a/b/c/d/e/f/g/h/i", ab_H5T_STD_U8LE(), nil, [1])
        },
        Example(testDescription: "an empty array", values: ["a": .array(HDF5Array(shape: [0], elements: []))]) {
            put($0, "metadata/a", ab_H5T_IEEE_F32LE(), [0], nil)
        },
        Example(testDescription: "64 unsigned bits", values: ["seed": .number(1.8446744073709552e19)]) {
            let type = H5Tcopy(ab_H5T_STD_I64LE())
            H5Tset_sign(type, H5T_SGN_NONE)
            put($0, "metadata/seed", type, nil, [UInt8](repeating: 255, count: 8))
        },
        Example(testDescription: "a very large array", note: "declares the shape [1099511627776, 1024]") { file in
            let space = H5Screate_simple(2, [1 << 40, 1 << 10], nil)
            let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
            H5Pset_chunk(creation, 2, [1, 1])
            group(file, "metadata")
            H5Dclose(H5Dcreate2(file, "metadata/huge", ab_H5T_IEEE_F32LE(), space, 0, creation, 0))
        },
        Example(testDescription: "attributes of every kind") { file in
            for (name, space) in [("none", H5Screate(H5S_NULL)), ("many", H5Screate_simple(1, [3], nil))] {
                for place in ["/", "observations"] {
                    let object = H5Oopen(file, place, 0)
                    H5Aclose(H5Acreate2(object, name, string(0, variable: true), space, 0, 0))
                    H5Oclose(object)
                }
            }
        },
    ]

    /// Names beyond the limit are not read, but counted.
    @Test func tooManyNames() throws {
        try SampleFile().write(to: folder("a.hdf5"))
        edit(folder("a.hdf5")) { file in
            Self.put(file, "metadata/00000", ab_H5T_STD_U8LE(), nil, [1])
            for i in 1..<10_100 {
                let name = "metadata/\(String(i + 100_000).dropFirst())"
                H5Lcreate_hard(file, "metadata/00000", file, name, 0, 0)
            }
        }
        let notes = try D4RLFile(path: folder("a.hdf5")).notes
        #expect(notes.contains { $0.contains(" and 100 more: expected at most 10000 names") }, "\(notes)")
    }

    @Test func manyThingsOfOneKindAreOneNote() throws {
        try SampleFile().write(to: folder("a.hdf5"))
        edit(folder("a.hdf5")) { file in
            for i in 0..<20 { Self.put(file, "metadata/\(i)", Self.string(1), nil, nil, isEmpty: true) }
        }
        let notes = try D4RLFile(path: folder("a.hdf5")).notes
        #expect(notes.count == 1 && notes[0].hasPrefix("metadata left out: 'metadata/0' and 19 more: "), "\(notes)")
    }
}

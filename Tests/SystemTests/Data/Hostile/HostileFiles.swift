import CHDF5
import Foundation
import HDF5
import ScratchFiles
import Testing

/// A malicious file, and the sentence that refuses it.
struct HostileFile: CustomTestStringConvertible, Sendable {
    /// The fault of the file.
    let testDescription: String
    /// The refusal after the path; "…" stands for parts that depend on the file's size or on the library.
    let sentence: String
    /// Introduces the fault into a good file at a path.
    let spoil: @Sendable (String) throws -> Void

    init(_ description: String, _ sentence: String, _ spoil: @escaping @Sendable (String) throws -> Void) {
        testDescription = description
        self.sentence = sentence
        self.spoil = spoil
    }

    /// Whether `errorLine` is the sentence.
    func isRefused(_ errorLine: String, path: String) -> Bool {
        var rest = errorLine[...]
        let parts = "\(path): \(sentence)".components(separatedBy: "…")
        for part in parts {
            guard let range = rest.range(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return errorLine.hasPrefix(parts[0]) && rest.isEmpty
    }

    /// Writes ten good steps, S = 2, A = 1, to `path`, then introduces the fault.
    func write(to path: String) throws {
        let rows = 10
        try HDF5Writer.write(to: path) { file in
            try file.write((0..<2 * rows).map { Float($0) }, shape: [rows, 2], to: "observations")
            try file.write([Float](repeating: 0.5, count: rows), shape: [rows, 1], to: "actions")
            try file.write((0..<rows).map { Float($0) }, shape: [rows], to: "rewards")
            try file.write((0..<rows).map { $0 == 4 }, shape: [rows], to: "terminals")
            try file.write([Bool](repeating: false, count: rows), shape: [rows], to: "timeouts")
        }
        try spoil(path)
    }
}

/// A dataset that is written directly through the HDF5 library, without our writer's checks.
struct RawDataset {
    var shape: [hsize_t] = [10]
    var type = ab_H5T_IEEE_F32LE()
    /// The shape of its chunks; nil stores one block.
    var chunk: [hsize_t]?
    /// Adds creation properties other than the chunks.
    var creation: (hid_t) -> Void = { _ in }
    /// Its bytes; nil leaves it unwritten.
    var bytes: [UInt8]?

    /// Replaces the object with this name in `file`.
    func replace(_ name: String, in file: hid_t) {
        let none = ab_H5P_DEFAULT()
        if H5Lexists(file, name, none) > 0 { H5Ldelete(file, name, none) }
        let space = H5Screate_simple(Int32(shape.count), shape, nil)
        let properties = H5Pcreate(ab_H5P_DATASET_CREATE())
        if let chunk { H5Pset_chunk(properties, Int32(chunk.count), chunk) }
        creation(properties)
        let dataset = H5Dcreate2(file, name, type, space, none, properties, none)
        precondition(dataset >= 0, name)
        if let bytes { precondition(H5Dwrite(dataset, type, ab_H5S_ALL(), ab_H5S_ALL(), none, bytes) >= 0, name) }
        for id in [dataset, properties, space] { H5Idec_ref(id) }
    }
}

/// Replaces the field `name` of the file at `path`.
func replace(_ name: String, at path: String, with dataset: @autoclosure () -> RawDataset) {
    edit(path) { dataset().replace(name, in: $0) }
}

/// Replaces the field `name` of the file at `path` by single-precision numbers.
func replace(_ name: String, at path: String, shape: [hsize_t], numbers: [Float]) {
    replace(name, at: path, with: RawDataset(shape: shape, bytes: numbers.withUnsafeBytes { Array($0) }))
}

/// Removes the field `name` and lets `body` create another object there.
func substitute(_ name: String, at path: String, _ body: (hid_t) -> Void) {
    edit(path) { file in
        H5Ldelete(file, name, ab_H5P_DEFAULT())
        body(file)
    }
}

/// Replaces bytes that occur once in the file at `path`.
func patch(_ path: String, _ old: [UInt8], _ new: [UInt8]) {
    var all = bytes(of: path)
    let places = all.indices.filter { all[$0...].starts(with: old) }
    precondition(places.count == 1 && old.count == new.count, "\(places.count) places")
    all.replaceSubrange(places[0]..<places[0] + old.count, with: new)
    put(all, at: path)
}

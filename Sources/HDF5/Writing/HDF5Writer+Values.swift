import CHDF5

extension HDF5Writer {
    /// How the elements of an array are stored.
    package enum Storage: Equatable, Sendable {
        /// One block, uncompressed.
        case contiguous
        /// Chunks of `rows` whole rows, uncompressed.
        case chunks(rows: Int)
        /// Chunks of whole rows, each compressed with gzip at `level` (1 fast … 9 small).
        case gzip(level: Int)
    }

    /// Writes single-precision numbers (IEEE, little-endian), row-major; groups in `name` are made as needed.
    ///
    /// - Throws: `HDF5Error` with the reason `library`. Traps if the number of elements is not that of the shape.
    package func write(
        _ elements: [Float], shape: [Int], to name: String, storage: Storage = .gzip(level: 4)
    ) throws(HDF5Error) {
        try write(elements, shape, name, ab_H5T_IEEE_F32LE(), ab_H5T_NATIVE_FLOAT(), storage)
    }

    /// Writes double-precision numbers; otherwise as for `Float`.
    package func write(
        _ elements: [Double], shape: [Int], to name: String, storage: Storage = .gzip(level: 4)
    ) throws(HDF5Error) {
        try write(elements, shape, name, ab_H5T_IEEE_F64LE(), ab_H5T_NATIVE_DOUBLE(), storage)
    }

    /// Writes unsigned bytes; otherwise as for `Float`.
    package func write(
        _ elements: [UInt8], shape: [Int], to name: String, storage: Storage = .gzip(level: 4)
    ) throws(HDF5Error) {
        try write(elements, shape, name, ab_H5T_STD_U8LE(), ab_H5T_NATIVE_UINT8(), storage)
    }

    /// Writes 64-bit integers; otherwise as for `Float`.
    package func write(
        _ elements: [Int64], shape: [Int], to name: String, storage: Storage = .gzip(level: 4)
    ) throws(HDF5Error) {
        try write(elements, shape, name, ab_H5T_STD_I64LE(), ab_H5T_NATIVE_INT64(), storage)
    }

    /// Writes booleans as h5py does: an enumeration {FALSE = 0, TRUE = 1} over a signed byte.
    package func write(
        _ elements: [Bool], shape: [Int], to name: String, storage: Storage = .gzip(level: 4)
    ) throws(HDF5Error) {
        guard let type = Handle(H5Tenum_create(ab_H5T_STD_I8LE())) else { throw failed("H5Tenum_create", name) }
        for (label, value) in [("FALSE", Int8(0)), ("TRUE", Int8(1))] {
            var value = value
            guard H5Tenum_insert(type.id, label, &value) >= 0 else { throw failed("H5Tenum_insert", name) }
        }
        try write(elements.map { Int8($0 ? 1 : 0) }, shape, name, type.id, type.id, storage)
    }

    /// Writes a small value: a scalar dataset, or an uncompressed array.
    package func write(_ value: HDF5Value, to name: String) throws(HDF5Error) {
        if case .array(let array) = value {
            return try write(array.elements, shape: array.shape, to: name, storage: .contiguous)
        }
        let scalar = try Scalar(value, path, name)
        guard let space = Handle(H5Screate(H5S_SCALAR)) else { throw failed("H5Screate", name) }
        let dataset = try createDataset(name, scalar.type.id, space, chunkRows: nil, shape: [], .contiguous)
        guard H5Dwrite(dataset.id, scalar.type.id, ab_H5S_ALL(), ab_H5S_ALL(), ab_H5P_DEFAULT(), scalar.bytes) >= 0
        else { throw failed("H5Dwrite", name) }
    }

    /// Adds a scalar attribute to an object that has been written, or to the file ("/").
    ///
    /// Traps for an array, which no reader of D4RL or Minari files expects in an attribute.
    package func setAttribute(_ name: String, of object: String = "/", to value: HDF5Value) throws(HDF5Error) {
        let place = "\(object)@\(name)"
        let scalar = try Scalar(value, path, place)
        let none = ab_H5P_DEFAULT()
        guard let owner = Handle(H5Oopen(id, object, none)) else { throw failed("H5Oopen", place) }
        guard let space = Handle(H5Screate(H5S_SCALAR)) else { throw failed("H5Screate", place) }
        guard let attribute = Handle(H5Acreate2(owner.id, name, scalar.type.id, space.id, none, none)),
            H5Awrite(attribute.id, scalar.type.id, scalar.bytes) >= 0
        else { throw failed("H5Acreate2", place) }
    }

    private func write<Element: BitwiseCopyable>(
        _ elements: [Element], _ shape: [Int], _ name: String, _ fileType: hid_t, _ memoryType: hid_t,
        _ storage: Storage
    ) throws(HDF5Error) {
        precondition(shape.reduce(1, *) == elements.count, "shape \(shape) of \(elements.count) elements")
        let extents = shape.map { hsize_t($0) }
        guard let space = Handle(H5Screate_simple(Int32(extents.count), extents, nil)) else {
            throw failed("H5Screate_simple", name)
        }
        let rowBytes = max(1, shape.dropFirst().reduce(MemoryLayout<Element>.stride, *))
        // A chunk takes half of the library's default chunk cache (1 MiB), so that reading decompresses each chunk once.
        let chunkRows = elements.isEmpty || shape.isEmpty ? nil : min(shape[0], max(1, (1 << 19) / rowBytes))
        let dataset = try createDataset(name, fileType, space, chunkRows: chunkRows, shape: extents, storage)
        guard !elements.isEmpty else { return }
        guard H5Dwrite(dataset.id, memoryType, ab_H5S_ALL(), ab_H5S_ALL(), ab_H5P_DEFAULT(), elements) >= 0 else {
            throw failed("H5Dwrite", name)
        }
    }

    private func createDataset(
        _ name: String, _ type: hid_t, _ space: borrowing Handle, chunkRows: Int?, shape: [hsize_t], _ storage: Storage
    ) throws(HDF5Error) -> Handle {
        guard let links = Handle(H5Pcreate(ab_H5P_LINK_CREATE())),
            H5Pset_create_intermediate_group(links.id, 1) >= 0,
            let creation = Handle(H5Pcreate(ab_H5P_DATASET_CREATE())),
            H5Pset_obj_track_times(creation.id, false) >= 0
        else { throw failed("H5Pcreate", name) }
        if storage != .contiguous, var chunkRows {
            if case .chunks(let rows) = storage { chunkRows = rows }
            let chunk = [hsize_t(chunkRows)] + shape.dropFirst()
            guard H5Pset_chunk(creation.id, Int32(chunk.count), chunk) >= 0 else { throw failed("H5Pset_chunk", name) }
        }
        if case .gzip(let level) = storage, chunkRows != nil {
            guard H5Pset_deflate(creation.id, UInt32(level)) >= 0 else { throw failed("H5Pset_deflate", name) }
        }
        guard let dataset = Handle(H5Dcreate2(id, name, type, space.id, links.id, creation.id, ab_H5P_DEFAULT())) else {
            throw failed("H5Dcreate2", name)
        }
        return dataset
    }

    private func failed(_ call: String, _ name: String) -> HDF5Error { .library(call, file: path, object: name) }
}

/// A scalar in the library's form: a type and the bytes of one element.
private struct Scalar: ~Copyable {
    let type: Handle
    let bytes: [UInt8]

    init(_ value: HDF5Value, _ path: String, _ name: String) throws(HDF5Error) {
        let template: hid_t
        switch value {
        case .text(let text):
            template = ab_H5T_C_S1()
            bytes = Array(text.utf8) + (text.isEmpty ? [0] : [])  // a type has at least one byte
        case .integer(let number):
            template = ab_H5T_STD_I64LE()
            bytes = withUnsafeBytes(of: Int64(number).littleEndian) { Array($0) }
        case .number(let number):
            template = ab_H5T_IEEE_F64LE()
            bytes = withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) }
        case .array: preconditionFailure("an array where a scalar is expected")
        }
        guard let type = Handle(H5Tcopy(template)) else { throw .library("H5Tcopy", file: path, object: name) }
        if case .text = value {
            // Fixed length, padded with zeros, as NumPy's bytes_ and so D4RL's own metadata.
            guard H5Tset_size(type.id, bytes.count) >= 0, H5Tset_strpad(type.id, H5T_STR_NULLPAD) >= 0,
                H5Tset_cset(type.id, H5T_CSET_UTF8) >= 0
            else { throw .library("H5Tset_size", file: path, object: name) }
        }
        self.type = type
    }
}

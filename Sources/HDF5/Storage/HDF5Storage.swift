import CHDF5
import CKernels

/// The properties of an array's storage that show whether rows with only fill values have been written.
package struct HDF5Storage: Equatable, Sendable {
    /// The value that is read where nothing was written.
    package let fillValue: Float
    /// Whether storage was allocated when the array was made, so that its existence does not show that data were written.
    package let isAllocatedEarly: Bool
    /// The rows per chunk if a chunk exists only once something was written into it; nil for other storage.
    package let rowsOfWrittenChunks: Int?
}

extension HDF5File {
    /// Returns how the dataset of this name is stored.
    package func storage(_ name: String) throws(HDF5Error) -> HDF5Storage {
        let dataset = try openDataset(name)
        guard let creation = Handle(H5Dget_create_plist(dataset.id)) else {
            throw .library("H5Dget_create_plist", file: path, object: name)
        }
        var defined = H5D_FILL_VALUE_UNDEFINED
        var fill: Float = 0
        if H5Pfill_value_defined(creation.id, &defined) < 0 || defined == H5D_FILL_VALUE_UNDEFINED
            || H5Pget_fill_value(creation.id, ab_H5T_NATIVE_FLOAT(), &fill) < 0
        {
            fill = 0
        }
        var time = H5D_ALLOC_TIME_DEFAULT
        guard H5Pget_alloc_time(creation.id, &time) >= 0 else {
            throw .library("H5Pget_alloc_time", file: path, object: name)
        }
        var chunk = [hsize_t](repeating: 0, count: 32)
        let isWrittenByChunks =
            H5Pget_layout(creation.id) == H5D_CHUNKED && time == H5D_ALLOC_TIME_INCR
            && H5Pget_chunk(creation.id, Int32(chunk.count), &chunk) > 0
        return HDF5Storage(
            fillValue: fill, isAllocatedEarly: time == H5D_ALLOC_TIME_EARLY,
            rowsOfWrittenChunks: isWrittenByChunks ? Int(clamping: chunk[0]) : nil)
    }

    /// Returns the peak memory in bytes that reading a dataset takes in addition to the resulting array: its elements as
    /// they are stored and, with filters, the buffers in which a chunk is decoded.
    package func readingBytes(_ name: String) throws(HDF5Error) -> Int {
        let dataset = try openDataset(name)
        guard let type = Handle(H5Dget_type(dataset.id)), let space = Handle(H5Dget_space(dataset.id)) else {
            throw .library("H5Dget_type", file: path, object: name)
        }
        let stored = try checkSize(extents(of: space, name), elementSize: H5Tget_size(type.id), name)
        return Int(stored) + (try decodingBytes(dataset, name))
    }

    /// Returns the size in bytes of the buffers in which chunks of a dataset are decoded; 0 without filters.
    func decodingBytes(_ dataset: borrowing Handle, _ name: String) throws(HDF5Error) -> Int {
        guard let creation = Handle(H5Dget_create_plist(dataset.id)), let space = Handle(H5Dget_space(dataset.id))
        else { throw .library("H5Dget_create_plist", file: path, object: name) }
        switch H5Pget_layout(creation.id) {
        case H5D_CHUNKED:
            guard try !filters(creation, name).isEmpty else { return 0 }
            return ChunkDecoder.memory(forChunksOf: try chunkGrid(dataset, space, creation, name).bytes)
        case H5D_VIRTUAL: return sourceDecoding
        default: return 0
        }
    }

    /// Returns whether a flag that was never written is read as true.
    package func isTrueByDefault(_ name: String) throws(HDF5Error) -> Bool {
        let dataset = try openDataset(name)
        guard let creation = Handle(H5Dget_create_plist(dataset.id)), let type = Handle(H5Dget_type(dataset.id)) else {
            throw .library("H5Dget_create_plist", file: path, object: name)
        }
        let value = try fillValue(creation, type, name)
        var flag: UInt8 = 0
        guard let layout = StoredType(type.id).layout, ab_stored_to_flags(value, layout, &flag, 1) == 1 else {
            return false
        }
        return flag != 0
    }

    /// Describes the elements of a dataset without storage; nil if every element has storage.
    package func gaps(in name: String) throws(HDF5Error) -> String? {
        let dataset = try openDataset(name)
        guard try describe(dataset, name).count > 0 else { return nil }
        do {
            try checkStorage(dataset, name)
            return nil
        } catch {
            switch error.reason {
            case .unwritten(let found): return found
            default: throw error
            }
        }
    }

    /// Refuses a dataset with elements that have no storage, or with chunks that do not add up to it.
    ///
    /// - Parameter allowingGaps: whether elements without storage are allowed; they read as the fill value.
    func checkStorage(
        _ dataset: borrowing Handle, _ name: String, allowingGaps: Bool = false
    ) throws(HDF5Error) {
        guard let creation = Handle(H5Dget_create_plist(dataset.id)), let space = Handle(H5Dget_space(dataset.id))
        else {
            throw .library("H5Dget_create_plist", file: path, object: name)
        }
        switch H5Pget_layout(creation.id) {
        case H5D_CHUNKED:
            try checkChunks(dataset, space, creation, name, allowingGaps: allowingGaps)
        case H5D_VIRTUAL:
            let count = Int(H5Sget_simple_extent_npoints(space.id))
            let missing = try uncovered(creation, of: count, name)
            guard missing == 0 || allowingGaps else {
                throw failure(name, .unwritten(found: "\(missing) of its \(count) elements in no source"))
            }
        default:
            try checkBlock(dataset, space, name, allowingGaps: allowingGaps)
        }
    }

    /// Refuses an array stored in one block that was never written or is shorter than its shape, which the library would
    /// read beyond its end.
    private func checkBlock(
        _ dataset: borrowing Handle, _ space: borrowing Handle, _ name: String, allowingGaps: Bool
    ) throws(HDF5Error) {
        guard let type = Handle(H5Dget_type(dataset.id)) else {
            throw .library("H5Dget_type", file: path, object: name)
        }
        let stored = Int(H5Dget_storage_size(dataset.id))
        let needed = Int(H5Sget_simple_extent_npoints(space.id)) * H5Tget_size(type.id)
        guard stored > 0 || allowingGaps else {
            throw failure(name, .unwritten(found: "an array that was never written"))
        }
        guard stored == 0 || stored >= needed else {
            throw failure(name, .damaged(found: "a block of \(stored) bytes instead of \(needed)"))
        }
    }

    func describe(_ dataset: borrowing Handle, _ name: String) throws(HDF5Error) -> HDF5Description {
        guard let type = Handle(H5Dget_type(dataset.id)), let space = Handle(H5Dget_space(dataset.id)) else {
            throw .library("H5Dget_type", file: path, object: name)
        }
        guard H5Sget_simple_extent_type(space.id) != H5S_NULL else {
            throw failure(name, .refused(found: "a dataset without a value"))
        }
        let shape = try extents(of: space, name)
        try checkSize(shape, elementSize: H5Tget_size(type.id), name)
        guard let creation = Handle(H5Dget_create_plist(dataset.id)) else {
            throw .library("H5Dget_create_plist", file: path, object: name)
        }
        if H5Pget_layout(creation.id) == H5D_CHUNKED { try checkChunkLayout(dataset, space, creation, name) }
        return HDF5Description(element: element(of: type.id), shape: shape.map { Int($0) })
    }

    func extents(of space: borrowing Handle, _ name: String) throws(HDF5Error) -> [hsize_t] {
        let rank = H5Sget_simple_extent_ndims(space.id)
        guard rank >= 0 else { throw .library("H5Sget_simple_extent_ndims", file: path, object: name) }
        var shape = [hsize_t](repeating: 0, count: Int(rank))
        guard H5Sget_simple_extent_dims(space.id, &shape, nil) >= 0 else {
            throw .library("H5Sget_simple_extent_dims", file: path, object: name)
        }
        return shape
    }

    /// Checks a declared size, without overflow, before anything is allocated: a few bytes can declare any size.
    ///
    /// - Returns: the size in bytes, at least that of one element.
    @discardableResult
    func checkSize(_ shape: [hsize_t], elementSize: Int, _ name: String) throws(HDF5Error) -> UInt64 {
        var bytes = UInt64(elementSize)
        for extent in [1] + shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: max(1, extent))
            guard !overflow, product <= UInt64(arrayLimit) else {
                throw failure(name, .tooLarge(shape: shape, limit: arrayLimit))
            }
            bytes = product
        }
        return bytes
    }
}

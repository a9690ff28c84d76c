import CHDF5

extension HDF5File {
    /// Refuses a dataset in chunks that do not add up to it; the library itself trusts what it finds.
    ///
    /// A chunk that is not there reads as zeros, so that a few bytes would stand for any amount of data, and one that
    /// is shorter than its shape makes the library read beyond it.
    func checkChunks(
        _ dataset: borrowing Handle, _ space: borrowing Handle, elementSize: Int, _ name: String
    ) throws(HDF5Error) {
        guard let creation = Handle(H5Dget_create_plist(dataset.id)) else {
            throw .library("H5Dget_create_plist", file: path, object: name)
        }
        guard H5Pget_layout(creation.id) == H5D_CHUNKED else { return }
        var chunk = [hsize_t](repeating: 0, count: Int(H5Sget_simple_extent_ndims(space.id)))
        guard H5Pget_chunk(creation.id, Int32(chunk.count), &chunk) == chunk.count else {
            throw .library("H5Pget_chunk", file: path, object: name)
        }
        let shape = try checkShape(ofChunk: chunk, space, name)
        let bytes = try checkSize(chunk, elementSize: elementSize, name)
        var found: hsize_t = 0
        guard H5Dget_num_chunks(dataset.id, space.id, &found) >= 0 else {
            throw .library("H5Dget_num_chunks", file: path, object: name)
        }
        let expected = zip(shape, chunk).reduce(1) { $0 * (($1.0 + $1.1 - 1) / $1.1) }
        guard found == expected else {
            throw failure(name, .refused(found: "\(found) of the \(expected) chunks of a dataset of shape \(shape)"))
        }
        let filters = try checkFilters(creation, name)
        var offset = [hsize_t](repeating: 0, count: shape.count)
        for _ in 0..<expected {
            try checkChunk(of: dataset, at: offset, bytes: bytes, filters: filters, name)
            advance(&offset, by: chunk, within: shape)
        }
    }

    /// Refuses a filter that the library does not have, before it says so in terms of the folders it has searched.
    ///
    /// - Returns: a bit for each filter of the dataset.
    private func checkFilters(_ creation: borrowing Handle, _ name: String) throws(HDF5Error) -> UInt32 {
        let count = H5Pget_nfilters(creation.id)
        guard (0...32).contains(count) else { throw .library("H5Pget_nfilters", file: path, object: name) }
        for i in 0..<UInt32(count) {
            var flags: UInt32 = 0
            var values = 0
            var configuration: UInt32 = 0
            let filter = H5Pget_filter2(creation.id, i, &flags, &values, nil, 0, nil, &configuration)
            guard filter >= 0, H5Zfilter_avail(filter) > 0 else {
                throw failure(
                    name, .refused(found: "a dataset with the filter \(filter), which HDF5 does not have here"))
            }
        }
        return UInt32((UInt64(1) << UInt64(count)) - 1)
    }

    /// The shape of the dataset, in no dimension of which a chunk is empty or larger than the dataset may grow.
    private func checkShape(
        ofChunk chunk: [hsize_t], _ space: borrowing Handle, _ name: String
    ) throws(HDF5Error) -> [hsize_t] {
        var shape = chunk
        var largest = chunk
        guard H5Sget_simple_extent_dims(space.id, &shape, &largest) >= 0 else {
            throw .library("H5Sget_simple_extent_dims", file: path, object: name)
        }
        guard zip(chunk, largest).allSatisfy({ (1...max(1, $1)).contains($0) }) else {
            throw failure(name, .refused(found: "chunks of shape \(chunk) of a dataset of shape \(shape)"))
        }
        return shape
    }

    /// Refuses a chunk that is not there, or is stored as it is with another size than its shape has.
    ///
    /// - Parameter filters: a bit for each filter of the dataset; a chunk says with such bits which it did without.
    private func checkChunk(
        of dataset: borrowing Handle, at offset: [hsize_t], bytes: hsize_t, filters: UInt32, _ name: String
    ) throws(HDF5Error) {
        var stored: hsize_t = 0
        guard H5Dget_chunk_storage_size(dataset.id, offset, &stored) >= 0 else {
            throw .library("H5Dget_chunk_storage_size", file: path, object: name)
        }
        guard stored > 0 else { throw failure(name, .refused(found: "no chunk at \(offset)")) }
        var mask: UInt32 = 0
        var address: haddr_t = 0
        guard H5Dget_chunk_info_by_coord(dataset.id, offset, &mask, &address, &stored) >= 0 else {
            throw .library("H5Dget_chunk_info_by_coord", file: path, object: name)
        }
        guard mask & filters != filters || stored == bytes else {
            throw failure(name, .refused(found: "a chunk of \(stored) bytes instead of \(bytes) at \(offset)"))
        }
    }
}

/// The chunk behind the one at `offset`, in row-major order.
private func advance(_ offset: inout [hsize_t], by chunk: [hsize_t], within shape: [hsize_t]) {
    for dimension in shape.indices.reversed() {
        offset[dimension] += chunk[dimension]
        if offset[dimension] < shape[dimension] { return }
        offset[dimension] = 0
    }
}

import CHDF5

extension HDF5File {
    /// Refuses a dataset in chunks that do not add up to it; the library itself trusts what it finds.
    ///
    /// A chunk that is not there reads as fill values, so that a few bytes would stand for any amount of data, and one that
    /// is shorter than its shape makes the library read beyond it. Each chunk is looked up once, in logarithmic time: of
    /// HDF5 1.10's calls, those that tell more of a chunk go through all chunks for each.
    func checkChunks(
        _ dataset: borrowing Handle, _ space: borrowing Handle, _ creation: borrowing Handle, _ name: String,
        allowingGaps: Bool
    ) throws(HDF5Error) {
        let grid = try chunkGrid(dataset, space, creation, name)
        var found: hsize_t = 0
        guard H5Dget_num_chunks(dataset.id, space.id, &found) >= 0 else {
            throw .library("H5Dget_num_chunks", file: path, object: name)
        }
        if found < grid.count, !allowingGaps { throw try gaps(dataset, grid, found: found, name) }
        guard found > 0 else { return }
        let filters = try checkFilters(creation, name)
        if filters == 0 { try checkTotal(dataset, grid, found: found, name) }
        var offset = grid.first
        var raw: [UInt8] = []
        for _ in 0..<grid.count {
            let stored = try storedBytes(dataset, offset, name)
            if stored > 0 {
                try checkChunk(dataset, offset, stored: stored, grid, filters: filters, &raw, name)
            } else if !allowingGaps {
                throw try gaps(dataset, grid, found: found, name)
            }
            grid.advance(&offset)
        }
    }

    /// Refuses a layout that no dataset can have, and a filter that is not known here, without a look at the chunks.
    func checkChunkLayout(
        _ dataset: borrowing Handle, _ space: borrowing Handle, _ creation: borrowing Handle, _ name: String
    ) throws(HDF5Error) {
        _ = try chunkGrid(dataset, space, creation, name)
        _ = try checkFilters(creation, name)
    }

    private func chunkGrid(
        _ dataset: borrowing Handle, _ space: borrowing Handle, _ creation: borrowing Handle, _ name: String
    ) throws(HDF5Error) -> ChunkGrid {
        let shape = try extents(of: space, name)
        var (chunk, largest) = (shape, shape)
        guard H5Pget_chunk(creation.id, Int32(chunk.count), &chunk) == chunk.count,
            H5Sget_simple_extent_dims(space.id, nil, &largest) >= 0
        else { throw .library("H5Pget_chunk", file: path, object: name) }
        guard zip(chunk, largest).allSatisfy({ (1...max(1, $1)).contains($0) }) else {
            throw failure(name, .refused(found: "chunks of shape \(chunk) of a dataset of shape \(shape)"))
        }
        guard let type = Handle(H5Dget_type(dataset.id)) else {
            throw .library("H5Dget_type", file: path, object: name)
        }
        let bytes = try checkSize(chunk, elementSize: H5Tget_size(type.id), name)
        return ChunkGrid(shape: shape, chunk: chunk, bytes: bytes)
    }

    /// The size of a chunk as it is stored; 0 for one that is not there.
    private func storedBytes(
        _ dataset: borrowing Handle, _ offset: [hsize_t], _ name: String
    ) throws(HDF5Error) -> hsize_t {
        var stored: hsize_t = 0
        if H5Dget_chunk_storage_size(dataset.id, offset, &stored) >= 0 { return stored }
        let error = HDF5Error.library("H5Dget_chunk_storage_size", file: path, object: name)
        guard "\(error)".contains("storage is not allocated") else { throw error }
        return 0
    }

    /// Refuses chunks without filters that are not as large as their shape, of which the library tells the sum alone.
    private func checkTotal(
        _ dataset: borrowing Handle, _ grid: ChunkGrid, found: hsize_t, _ name: String
    ) throws(HDF5Error) {
        let total = H5Dget_storage_size(dataset.id)
        guard total != found * grid.bytes else { return }
        var offset = grid.first
        for _ in 0..<min(grid.count, 1000) {  // each of these calls goes through all chunks
            var (mask, address, stored): (UInt32, haddr_t, hsize_t) = (0, 0, 0)
            guard H5Dget_chunk_info_by_coord(dataset.id, offset, &mask, &address, &stored) >= 0 else { break }
            if stored != grid.bytes, stored > 0 { throw wrongSize(stored, at: offset, grid, name) }
            grid.advance(&offset)
        }
        throw failure(
            name, .refused(found: "chunks of \(total) bytes in all instead of \(found) times \(grid.bytes)"))
    }

    private func wrongSize(_ stored: hsize_t, at offset: [hsize_t], _ grid: ChunkGrid, _ name: String) -> HDF5Error {
        failure(name, .refused(found: "a chunk of \(stored) bytes instead of \(grid.bytes) at \(offset)"))
    }

    /// Refuses a chunk that is stored as it is with another size than its shape has, and one larger than the file.
    ///
    /// - Parameters:
    ///   - filters: a bit for each filter of the dataset; a chunk says with such bits which it did without.
    ///   - raw: room for the bytes of a chunk, used again for the next.
    private func checkChunk(
        _ dataset: borrowing Handle, _ offset: [hsize_t], stored: hsize_t, _ grid: ChunkGrid, filters: UInt32,
        _ raw: inout [UInt8], _ name: String
    ) throws(HDF5Error) {
        guard stored <= hsize_t(fileSize) else {
            throw failure(name, .refused(found: "a chunk of \(stored) bytes in a file of \(fileSize) at \(offset)"))
        }
        guard stored != grid.bytes else { return }
        guard filters != 0 else { throw wrongSize(stored, at: offset, grid, name) }
        var mask: UInt32 = 0
        if raw.count < Int(stored) { raw = [UInt8](repeating: 0, count: Int(stored)) }
        guard H5Dread_chunk(dataset.id, ab_H5P_DEFAULT(), offset, &mask, &raw) >= 0 else {
            throw .library("H5Dread_chunk", file: path, object: name)
        }
        guard mask & filters != filters else { throw wrongSize(stored, at: offset, grid, name) }
    }

    /// Which rows have no chunk, `found` chunks being there.
    private func gaps(
        _ dataset: borrowing Handle, _ grid: ChunkGrid, found: hsize_t, _ name: String
    ) throws(HDF5Error) -> HDF5Error {
        guard found > 0 else { return failure(name, .unwritten(found: "an array that was never written")) }
        // One of the first `found` + 1 is missing, however many are declared.
        var offset = grid.first
        var before: hsize_t = 0
        while before < grid.count, try storedBytes(dataset, offset, name) > 0 {
            before += 1
            grid.advance(&offset)
        }
        let row = offset.first ?? 0
        let rows = found == before ? "rows \(row) to \((grid.shape.first ?? 1) - 1)" : "row \(row) and others"
        return failure(
            name,
            .unwritten(found: "\(rows) never written (\(min(found, grid.count)) of \(grid.count) chunks are there)"))
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
                    name,
                    .refused(found: "a dataset with the filter \(filterName(filter)), which HDF5 does not have here"))
            }
        }
        return UInt32((UInt64(1) << UInt64(count)) - 1)
    }
}

/// The chunks of a dataset, in row-major order.
private struct ChunkGrid {
    /// The extents of the dataset and of a chunk.
    let shape, chunk: [hsize_t]
    /// The bytes of a chunk before any filter.
    let bytes: UInt64

    /// The number of chunks that cover the dataset.
    var count: hsize_t { zip(shape, chunk).reduce(1) { $0 * (($1.0 + $1.1 - 1) / $1.1) } }
    /// Where the first chunk begins.
    var first: [hsize_t] { [hsize_t](repeating: 0, count: shape.count) }

    /// From the chunk at `offset` to the one behind it.
    func advance(_ offset: inout [hsize_t]) {
        for dimension in shape.indices.reversed() {
            offset[dimension] += chunk[dimension]
            if offset[dimension] < shape[dimension] { return }
            offset[dimension] = 0
        }
    }
}

/// A filter's number, and its name where it is a known one of the list that The HDF Group keeps.
private func filterName(_ filter: H5Z_filter_t) -> String {
    let names: [H5Z_filter_t: String] = [
        1: "gzip", 2: "shuffle", 3: "fletcher32", 4: "szip", 5: "nbit", 6: "scaleoffset", 305: "LZO", 307: "bzip2",
        32000: "LZF", 32001: "Blosc", 32004: "LZ4", 32008: "bitshuffle", 32013: "ZFP", 32015: "Zstandard",
        32017: "SZ", 32026: "Blosc2",
    ]
    return names[filter].map { "\(filter) (\($0))" } ?? "\(filter)"
}

import CHDF5
import Glibc

extension HDF5File {
    /// Refuses a dataset whose chunks do not add up to it; the library does not check this.
    ///
    /// A missing chunk reads as fill values, so a few bytes could declare any amount of data; a chunk that is shorter than
    /// its shape makes the library read beyond it. Each chunk is looked up once, in logarithmic time; the calls of HDF5
    /// 1.10 that say more about a chunk take linear time.
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
        let isFiltered = try !filters(creation, name).isEmpty
        if !isFiltered { try checkTotal(dataset, grid, found: found, name) }
        var offset = grid.first
        for _ in 0..<grid.count {
            let stored = try storedBytes(dataset, offset, name)
            if stored > 0 {
                // The size of filtered chunks is checked when they are decoded.
                guard stored <= hsize_t(fileSize) else {
                    throw failure(
                        name, .damaged(found: "a chunk of \(stored) bytes in a file of \(fileSize) at \(offset)"))
                }
                if !isFiltered, stored != grid.bytes { throw wrongSize(stored, at: offset, grid, name) }
            } else if !allowingGaps {
                throw try gaps(dataset, grid, found: found, name)
            }
            grid.advance(&offset)
        }
    }

    /// Refuses an invalid chunk layout and unknown filters, without looking at the chunks.
    func checkChunkLayout(
        _ dataset: borrowing Handle, _ space: borrowing Handle, _ creation: borrowing Handle, _ name: String
    ) throws(HDF5Error) {
        _ = try chunkGrid(dataset, space, creation, name)
        _ = try filters(creation, name)
    }

    func chunkGrid(
        _ dataset: borrowing Handle, _ space: borrowing Handle, _ creation: borrowing Handle, _ name: String
    ) throws(HDF5Error) -> ChunkGrid {
        let shape = try extents(of: space, name)
        var (chunk, largest) = (shape, shape)
        guard H5Pget_chunk(creation.id, Int32(chunk.count), &chunk) == chunk.count,
            H5Sget_simple_extent_dims(space.id, nil, &largest) >= 0
        else { throw .library("H5Pget_chunk", file: path, object: name) }
        guard zip(chunk, largest).allSatisfy({ (1...max(1, $1)).contains($0) }) else {
            throw failure(name, .damaged(found: "chunks of shape \(chunk) of a dataset of shape \(shape)"))
        }
        guard let type = Handle(H5Dget_type(dataset.id)) else {
            throw .library("H5Dget_type", file: path, object: name)
        }
        let bytes = try checkSize(chunk, elementSize: H5Tget_size(type.id), name)
        return ChunkGrid(shape: shape, chunk: chunk, bytes: bytes)
    }

    /// Returns the stored size of a chunk in bytes; 0 if there is no such chunk.
    func storedBytes(
        _ dataset: borrowing Handle, _ offset: [hsize_t], _ name: String
    ) throws(HDF5Error) -> hsize_t {
        var stored: hsize_t = 0
        if H5Dget_chunk_storage_size(dataset.id, offset, &stored) >= 0 { return stored }
        let error = HDF5Error.library("H5Dget_chunk_storage_size", file: path, object: name)
        // Only the library's message is searched, as names and paths may contain any text.
        guard case .library(_, let text) = error.reason, text.contains("storage is not allocated") else { throw error }
        return 0
    }

    /// Refuses chunks without filters whose total size, all that the library reports, is not that of their shapes.
    private func checkTotal(
        _ dataset: borrowing Handle, _ grid: ChunkGrid, found: hsize_t, _ name: String
    ) throws(HDF5Error) {
        let total = H5Dget_storage_size(dataset.id)
        guard total != found * grid.bytes else { return }
        var offset = grid.first
        for _ in 0..<min(grid.count, 1000) {  // each of these calls takes linear time
            var (mask, address, stored): (UInt32, haddr_t, hsize_t) = (0, 0, 0)
            guard H5Dget_chunk_info_by_coord(dataset.id, offset, &mask, &address, &stored) >= 0 else { break }
            if stored != grid.bytes, stored > 0 { throw wrongSize(stored, at: offset, grid, name) }
            grid.advance(&offset)
        }
        throw failure(
            name, .damaged(found: "chunks of \(total) bytes in all instead of \(found) times \(grid.bytes)"))
    }

    func wrongSize(_ stored: hsize_t, at offset: [hsize_t], _ grid: ChunkGrid, _ name: String) -> HDF5Error {
        failure(name, .damaged(found: "a chunk of \(stored) bytes instead of \(grid.bytes) at \(offset)"))
    }

    /// Makes the error that names the rows without a chunk, if only `found` chunks exist.
    private func gaps(
        _ dataset: borrowing Handle, _ grid: ChunkGrid, found: hsize_t, _ name: String
    ) throws(HDF5Error) -> HDF5Error {
        guard found > 0 else { return failure(name, .unwritten(found: "an array that was never written")) }
        // One of the first `found` + 1 chunks is missing, however many are declared.
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
}

/// The chunks of a dataset, in row-major order.
struct ChunkGrid {
    /// The extents of the dataset and of a chunk.
    let shape, chunk: [hsize_t]
    /// The size of a chunk in bytes before any filter.
    let bytes: UInt64

    /// The number of chunks that cover the dataset.
    var count: hsize_t { zip(shape, chunk).reduce(1) { $0 * (($1.0 + $1.1 - 1) / $1.1) } }
    /// The offset of the first chunk.
    var first: [hsize_t] { [hsize_t](repeating: 0, count: shape.count) }

    /// Returns whether the chunk at `offset` extends beyond the dataset.
    func isPartial(_ offset: [hsize_t]) -> Bool {
        shape.indices.contains { offset[$0] + chunk[$0] > shape[$0] }
    }

    /// Copies the elements of the chunk at `offset` to their places in the whole array at `memory`.
    func copy(_ elements: UnsafePointer<UInt8>, at offset: [hsize_t], into memory: UnsafeMutableRawPointer) {
        let element = Int(bytes / chunk.reduce(1, *))
        // Trailing dimensions that the chunk covers completely are merged with the dimension before them.
        var inner = shape.count - 1
        while inner > 0, chunk[inner] == shape[inner] { inner -= 1 }
        let below = Int(shape[(inner + 1)...].reduce(1, *)) * element
        let run = Int(min(chunk[inner], shape[inner] - offset[inner])) * below
        var place = [hsize_t](repeating: 0, count: inner)  // in the chunk
        while true {
            var (from, to) = (0, 0)
            for d in 0..<inner {
                from = from * Int(chunk[d]) + Int(place[d])
                to = to * Int(shape[d]) + Int(offset[d] + place[d])
            }
            from *= Int(chunk[inner]) * below
            to = (to * Int(shape[inner]) + Int(offset[inner])) * below
            memcpy(memory + to, elements + from, run)
            guard let d = (0..<inner).last(where: { place[$0] + 1 < min(chunk[$0], shape[$0] - offset[$0]) }) else {
                return
            }
            place[d] += 1
            for later in (d + 1)..<inner { place[later] = 0 }
        }
    }

    /// Moves `offset` from one chunk to the next.
    func advance(_ offset: inout [hsize_t]) {
        for dimension in shape.indices.reversed() {
            offset[dimension] += chunk[dimension]
            if offset[dimension] < shape[dimension] { return }
            offset[dimension] = 0
        }
    }
}

import CChunks
import CHDF5
import Glibc

extension HDF5File {
    /// Reads all elements of a dataset whose storage has been checked into `memory`, converted to the type `type`.
    ///
    /// Chunks with filters are decoded here, since the library does not check their decoded lengths. The library reads
    /// chunks without filters, and those of nbit and scaleoffset after their lengths have been checked. It also reads those
    /// of filters that the user has installed as plugins, which only it can call: they are trusted to decode to whole chunks.
    ///
    /// - Parameter memory: memory for all elements, of the type `type` or of the file's type, whichever is larger.
    func read(
        _ dataset: borrowing Handle, _ name: String, as type: hid_t, into memory: UnsafeMutableRawPointer
    ) throws(HDF5Error) {
        guard let creation = Handle(H5Dget_create_plist(dataset.id)), let space = Handle(H5Dget_space(dataset.id)),
            let stored = Handle(H5Dget_type(dataset.id))
        else { throw .library("H5Dget_create_plist", file: path, object: name) }
        guard H5Pget_layout(creation.id) == H5D_CHUNKED, try !filters(creation, name).isEmpty,
            try decodeChunks(dataset, space, creation, stored, name, into: memory)
        else {
            if H5Pget_layout(creation.id) == H5D_VIRTUAL { try checkDecodingOfSources(dataset) }
            guard H5Dread(dataset.id, type, ab_H5S_ALL(), ab_H5S_ALL(), ab_H5P_DEFAULT(), memory) >= 0 else {
                throw .library("H5Dread", file: path, object: name)
            }
            return
        }
        let count = Int(H5Sget_simple_extent_npoints(space.id))
        guard
            H5Tequal(stored.id, type) > 0
                || H5Tconvert(stored.id, type, count, memory, nil, ab_H5P_DEFAULT()) >= 0
        else { throw .library("H5Tconvert", file: path, object: name) }
    }

    /// Refuses a dataset with a filtered chunk whose decoded size is not that of its shape.
    func checkDecoding(_ dataset: borrowing Handle, _ name: String) throws(HDF5Error) {
        guard let creation = Handle(H5Dget_create_plist(dataset.id)), let space = Handle(H5Dget_space(dataset.id)),
            let stored = Handle(H5Dget_type(dataset.id))
        else { throw .library("H5Dget_create_plist", file: path, object: name) }
        guard H5Pget_layout(creation.id) == H5D_CHUNKED, try !filters(creation, name).isEmpty else { return }
        _ = try decodeChunks(dataset, space, creation, stored, name, into: nil)
    }

    /// Decodes the chunks of a dataset and copies their elements, in the stored type, to their places in `memory`.
    ///
    /// - Returns: whether `memory` holds the elements; false if the library must decode them, after the possible checks.
    private func decodeChunks(
        _ dataset: borrowing Handle, _ space: borrowing Handle, _ creation: borrowing Handle,
        _ stored: borrowing Handle, _ name: String, into memory: UnsafeMutableRawPointer?
    ) throws(HDF5Error) -> Bool {
        let grid = try chunkGrid(dataset, space, creation, name)
        let filters = try filters(creation, name)
        if filters.needPlugin { return false }
        let decoder = ChunkDecoder(filters: filters, bytes: grid.bytes)
        let keepsParts = try keepsPartialChunks(creation, name)
        var found: hsize_t = 0
        guard H5Dget_num_chunks(dataset.id, space.id, &found) >= 0 else {
            throw .library("H5Dget_num_chunks", file: path, object: name)
        }
        guard found > 0 else { return false }
        var absent: [UInt8] = []
        var offset = grid.first
        for _ in 0..<grid.count {
            let size = Int(try storedBytes(dataset, offset, name))
            if size > 0 {
                let isUnfiltered = keepsParts && grid.isPartial(offset)
                try decodeChunk(
                    dataset, at: offset, size, isUnfiltered: isUnfiltered, grid, by: decoder, name, into: memory)
            } else if let memory {
                if absent.isEmpty { absent = try fillValues(grid, creation, stored, name) }
                grid.copy(absent, at: offset, into: memory)
            }
            grid.advance(&offset)
        }
        return decoder.filters.library == nil
    }

    /// Decodes the chunk of `size` stored bytes at `offset`, and copies its elements unless the library must decode them.
    private func decodeChunk(
        _ dataset: borrowing Handle, at offset: [hsize_t], _ size: Int, isUnfiltered: Bool, _ grid: ChunkGrid,
        by decoder: ChunkDecoder, _ name: String, into memory: UnsafeMutableRawPointer?
    ) throws(HDF5Error) {
        guard let raw = decoder.room(for: size) else { throw failure(name, .noMemory(bytes: Int(grid.bytes))) }
        var mask: UInt32 = 0
        guard H5Dread_chunk(dataset.id, ab_H5P_DEFAULT(), offset, &mask, raw) >= 0 else {
            throw .library("H5Dread_chunk", file: path, object: name)
        }
        switch decoder.decode(size, mask: isUnfiltered ? .max : mask) {
        case .bytes(let bytes):
            if let memory { grid.copy(bytes, at: offset, into: memory) }
        case .fits: break
        case .size(let found): throw wrongSize(hsize_t(found), at: offset, grid, name)
        case .failure(let filter):
            throw failure(
                name, .damaged(found: "a chunk that the filter \(filterName(filter)) cannot decode at \(offset)"))
        }
    }

    /// Returns whether chunks that extend beyond the dataset are stored without filters.
    private func keepsPartialChunks(_ creation: borrowing Handle, _ name: String) throws(HDF5Error) -> Bool {
        var options: UInt32 = 0
        guard H5Pget_chunk_opts(creation.id, &options) >= 0 else {
            throw .library("H5Pget_chunk_opts", file: path, object: name)
        }
        return options & UInt32(H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) != 0
    }

    /// Returns the elements that are read where there is no chunk.
    private func fillValues(
        _ grid: ChunkGrid, _ creation: borrowing Handle, _ stored: borrowing Handle, _ name: String
    ) throws(HDF5Error) -> [UInt8] {
        let value = try fillValue(creation, stored, name)
        return [UInt8](unsafeUninitializedCapacity: Int(grid.bytes)) { bytes, count in
            for i in 0..<Int(grid.bytes) { bytes[i] = value[i % value.count] }
            count = Int(grid.bytes)
        }
    }

    /// Returns the element, in the stored type, that is read where nothing was written.
    func fillValue(
        _ creation: borrowing Handle, _ stored: borrowing Handle, _ name: String
    ) throws(HDF5Error) -> [UInt8] {
        var value = [UInt8](repeating: 0, count: H5Tget_size(stored.id))
        var defined = H5D_FILL_VALUE_UNDEFINED
        let isDefined = H5Pfill_value_defined(creation.id, &defined) >= 0 && defined != H5D_FILL_VALUE_UNDEFINED
        guard !isDefined || H5Pget_fill_value(creation.id, stored.id, &value) >= 0 else {
            throw .library("H5Pget_fill_value", file: path, object: name)
        }
        return value
    }
}

/// Decodes filtered chunks, one after the other.
final class ChunkDecoder {
    enum Outcome {
        /// The bytes of all elements of the chunk, valid until the next call.
        case bytes(UnsafePointer<UInt8>)
        /// The library would decode to the right size.
        case fits
        /// The decoded size in bytes, which is not that of the chunk's shape.
        case size(Int)
        /// The filter with this number failed to decode.
        case failure(H5Z_filter_t)
    }

    let filters: Filters
    private let bytes: UInt64
    /// The size in bytes of each of two buffers; data between two filters may be a little larger than the elements.
    private let most: Int
    private var rooms: [UnsafeMutableRawPointer?] = [nil, nil]
    private var raw: UnsafeMutableRawPointer?
    private var capacity = 0

    /// - Parameter bytes: the size of a chunk's elements.
    init(filters: Filters, bytes: UInt64) {
        self.filters = filters
        self.bytes = bytes
        most = Self.roomBytes(forChunkOf: bytes)
    }

    private static func roomBytes(forChunkOf bytes: UInt64) -> Int { Int(bytes) + Int(bytes) / 512 + 512 }

    /// Returns the peak memory in bytes of decoding chunks of `bytes`: two buffers, a stored chunk, and one chunk of
    /// fill values.
    static func memory(forChunksOf bytes: UInt64) -> Int { 4 * roomBytes(forChunkOf: bytes) }

    deinit { for memory in rooms + [raw] { free(memory) } }

    /// Returns a buffer for the stored bytes of the next chunk; nil if there is no memory.
    func room(for size: Int) -> UnsafeMutableRawPointer? {
        for i in rooms.indices where rooms[i] == nil { rooms[i] = malloc(most) }
        if raw == nil || capacity < size {
            free(raw)
            capacity = max(size, min(2 * size, most))  // grows in steps, as chunks differ a little in size
            raw = malloc(capacity)
        }
        return rooms.contains(nil) ? nil : raw
    }

    /// Decodes the chunk in that buffer; filter `i` is skipped if bit i of `mask` is set.
    func decode(_ size: Int, mask: UInt32) -> Outcome {
        guard let raw, let first = rooms[0], let second = rooms[1] else { return .size(0) }
        let library = filters.library.flatMap { mask >> UInt32($0) & 1 == 0 ? $0 : nil }
        let pointers: [UnsafeMutablePointer<UInt8>?] = [first, second].map { $0.assumingMemoryBound(to: UInt8.self) }
        let decoded = withUnsafePointer(to: filters.list) { list in
            ab_chunk_decode(
                list, Int32(library.map { $0 + 1 } ?? 0), mask, raw.assumingMemoryBound(to: UInt8.self), size, pointers,
                most)
        }
        guard decoded.failed == 0 else { return .failure(decoded.failed) }
        if let library {
            let (kind, values) = filters[library]
            return ab_chunk_fits(kind, values, decoded.bytes, decoded.size, Int(bytes)) != 0 ? .fits : .failure(kind)
        }
        guard decoded.size == Int(bytes) else { return .size(decoded.size) }
        return decoded.bytes.map { .bytes($0) } ?? .size(0)
    }
}

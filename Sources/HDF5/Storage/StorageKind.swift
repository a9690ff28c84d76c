import CHDF5

/// A way of storing an array.
enum StorageKind: String, CaseIterable {
    case compact, contiguous, chunks, gzip, fletcher32, szip, nbit
    case contiguousEarly = "contiguous, allocated early"
    case chunksEarly = "chunks, allocated early"
    case chunksGrowing = "chunks, growing"
    case chunksGrowingTwice = "chunks, growing both ways"
    case chunksShuffled = "shuffle and gzip"
    case allOfThem = "shuffle, gzip and fletcher32"
    case scaleOffset = "scale and offset"
    case lzf = "LZF"
    case softLink = "soft link"
    case hardLink = "hard link"
    case virtual

    private var isChunked: Bool {
        switch self {
        case .compact, .contiguous, .contiguousEarly, .softLink, .hardLink, .virtual: false
        default: true
        }
    }

    /// Writes a dataset of these bytes; false where the library refuses to.
    func write(
        _ bytes: [UInt8], _ type: borrowing Handle, in file: borrowing Handle, name: String, shape: [hsize_t],
        chunk: [hsize_t]
    ) -> Bool {
        let largest = self == .chunksGrowing || self == .chunksGrowingTwice ? [hsize_t.max] : shape
        // With two growing extents the library uses another chunk index than with one.
        let (extents, limits, pieces) =
            self == .chunksGrowingTwice ? (shape + [1], largest + [hsize_t.max], chunk + [1]) : (shape, largest, chunk)
        guard let properties = Handle(H5Pcreate(ab_H5P_DATASET_CREATE())),
            let space = Handle(H5Screate_simple(Int32(extents.count), extents, limits))
        else { return false }
        if isChunked { H5Pset_chunk(properties.id, Int32(pieces.count), pieces) }
        guard setFilters(properties, type, chunkBytes: Int(chunk[0]) * H5Tget_size(type.id)) else { return false }
        let none = ab_H5P_DEFAULT()
        let stored = [.softLink, .hardLink, .virtual].contains(self) ? name + ", itself" : name
        guard let dataset = Handle(H5Dcreate2(file.id, stored, type.id, space.id, none, properties.id, none)) else {
            return false
        }
        guard self == .lzf else {
            guard H5Dwrite(dataset.id, type.id, ab_H5S_ALL(), ab_H5S_ALL(), none, bytes) >= 0 else { return false }
            return link(stored, name, type, space, in: file)
        }
        return writeLiterally(bytes, dataset, chunkBytes: Int(chunk[0]) * H5Tget_size(type.id), rows: Int(chunk[0]))
    }

    private func setFilters(_ properties: borrowing Handle, _ type: borrowing Handle, chunkBytes: Int) -> Bool {
        let id = properties.id
        switch self {
        case .compact: return H5Pset_layout(id, H5D_COMPACT) >= 0
        case .contiguousEarly, .chunksEarly: return H5Pset_alloc_time(id, H5D_ALLOC_TIME_EARLY) >= 0
        case .gzip: return H5Pset_deflate(id, 4) >= 0
        case .fletcher32: return H5Pset_fletcher32(id) >= 0
        case .szip: return H5Pset_szip(id, UInt32(H5_SZIP_NN_OPTION_MASK), 8) >= 0
        case .nbit: return H5Pset_nbit(id) >= 0
        case .chunksShuffled: return H5Pset_shuffle(id) >= 0 && H5Pset_deflate(id, 4) >= 0
        case .allOfThem: return H5Pset_shuffle(id) >= 0 && H5Pset_deflate(id, 4) >= 0 && H5Pset_fletcher32(id) >= 0
        case .scaleOffset:
            return H5Tget_class(type.id) == H5T_INTEGER
                && H5Pset_scaleoffset(id, H5Z_SO_INT, Int32(H5Z_SO_INT_MINBITS_DEFAULT)) >= 0
        case .lzf: return H5Pset_filter(id, 32000, UInt32(H5Z_FLAG_OPTIONAL), 3, [4, 0x0105, UInt32(chunkBytes)]) >= 0
        default: return true
        }
    }

    private func link(
        _ stored: String, _ name: String, _ type: borrowing Handle, _ space: borrowing Handle, in file: borrowing Handle
    ) -> Bool {
        let none = ab_H5P_DEFAULT()
        switch self {
        case .softLink: return H5Lcreate_soft("/" + stored, file.id, name, none, none) >= 0
        case .hardLink: return H5Lcreate_hard(file.id, stored, file.id, name, none, none) >= 0
        case .virtual:
            guard let properties = Handle(H5Pcreate(ab_H5P_DATASET_CREATE())),
                H5Pset_virtual(properties.id, space.id, ".", stored, space.id) >= 0
            else { return false }
            return Handle(H5Dcreate2(file.id, name, type.id, space.id, none, properties.id, none)) != nil
        default: return true
        }
    }

    /// Writes valid LZF chunks made of literal runs only: up to 32 bytes, preceded by their number.
    private func writeLiterally(_ bytes: [UInt8], _ dataset: borrowing Handle, chunkBytes: Int, rows: Int) -> Bool {
        for (k, start) in stride(from: 0, to: bytes.count, by: chunkBytes).enumerated() {
            var chunk = Array(bytes[start..<min(start + chunkBytes, bytes.count)])
            chunk += [UInt8](repeating: 0, count: chunkBytes - chunk.count)
            let literal = stride(from: 0, to: chunk.count, by: 32).flatMap { first in
                let piece = chunk[first..<min(first + 32, chunk.count)]
                return [UInt8(piece.count - 1)] + piece
            }
            let offset = [hsize_t(k * rows)]
            guard H5Dwrite_chunk(dataset.id, ab_H5P_DEFAULT(), 0, offset, literal.count, literal) >= 0 else {
                return false
            }
        }
        return true
    }
}

import CChunks
import CHDF5

/// The filters of a dataset, in the order in which its writer applied them.
struct Filters {
    /// The filters in the form of `CChunks`.
    private(set) var list = ab_filters()

    /// Whether a filter is a plugin, which only the library can call.
    private(set) var needPlugin = false

    var isEmpty: Bool { list.count == 0 }

    /// The number of a filter and its first parameters.
    subscript(_ i: Int) -> (kind: H5Z_filter_t, values: [UInt32]) {
        (
            withUnsafeBytes(of: list.kinds) { $0.load(fromByteOffset: 4 * i, as: Int32.self) },
            withUnsafeBytes(of: list.values) { bytes in
                (0..<8).map { bytes.load(fromByteOffset: 32 * i + 4 * $0, as: UInt32.self) }
            }
        )
    }

    fileprivate mutating func append(_ kind: H5Z_filter_t, _ values: [UInt32]) {
        let i = Int(list.count)
        needPlugin = needPlugin || ![1, 2, 3, 4, 5, 6, 32000].contains(kind)
        withUnsafeMutableBytes(of: &list.kinds) { $0.storeBytes(of: kind, toByteOffset: 4 * i, as: Int32.self) }
        withUnsafeMutableBytes(of: &list.values) { bytes in
            for (k, value) in values.enumerated() {
                bytes.storeBytes(of: value, toByteOffset: 32 * i + 4 * k, as: UInt32.self)
            }
        }
        list.count += 1
    }

    /// The index of the filter that the library must decode, nbit or scaleoffset; nil if all are decoded here.
    var library: Int? { (0..<Int(list.count)).first { [5, 6].contains(self[$0].kind) } }
}

extension HDF5File {
    /// Returns the filters of a dataset.
    ///
    /// - Throws: `HDF5Error` with the reason `unsupported` for a filter that cannot be decoded; or `library`.
    func filters(_ creation: borrowing Handle, _ name: String) throws(HDF5Error) -> Filters {
        let count = H5Pget_nfilters(creation.id)
        guard (0...Int32(AB_CHUNK_FILTERS)).contains(count) else {
            throw .library("H5Pget_nfilters", file: path, object: name)
        }
        var filters = Filters()
        for i in 0..<UInt32(count) {
            var (flags, configuration): (UInt32, UInt32) = (0, 0)
            var values = [UInt32](repeating: 0, count: 8)
            var size = values.count
            let filter = H5Pget_filter2(creation.id, i, &flags, &size, &values, 0, nil, &configuration)
            guard H5Zfilter_avail(filter) > 0 else {
                let missing = "a dataset with the filter \(filterName(filter)), for which HDF5 finds no plugin"
                let hint = "name the plugin's folder in HDF5_PLUGIN_PATH, or write the data with gzip"
                throw failure(name, .unsupported(found: missing, hint: hint))
            }
            filters.append(filter, values)
        }
        // The decoded length of what the library decodes must be known, so only a shuffle, which keeps it, may follow.
        if let last = filters.library, let other = (0..<last).first(where: { filters[$0].kind != 2 }) {
            let (first, second) = (filterName(filters[other].kind), filterName(filters[last].kind))
            throw failure(
                name,
                .unsupported(
                    found: "a dataset with the filter \(first) before \(second)", hint: "write the data with gzip"))
        }
        return filters
    }
}

/// Returns a filter's number, with its name if it is a common one of The HDF Group's registry.
func filterName(_ filter: H5Z_filter_t) -> String {
    let names: [H5Z_filter_t: String] = [
        1: "gzip", 2: "shuffle", 3: "fletcher32", 4: "szip", 5: "nbit", 6: "scaleoffset", 305: "LZO", 307: "bzip2",
        32000: "LZF", 32001: "Blosc", 32004: "LZ4", 32008: "bitshuffle", 32013: "ZFP", 32015: "Zstandard",
        32017: "SZ", 32026: "Blosc2",
    ]
    return names[filter].map { "\(filter) (\($0))" } ?? "\(filter)"
}

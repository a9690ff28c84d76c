import CHDF5
import Paths

extension HDF5File {
    /// Returns the number of objects in a group, by default the root group, without reading their names.
    ///
    /// - Throws: `HDF5Error` with the reason `missing`, `refused` or `library`.
    package func linkCount(in group: String = "/") throws(HDF5Error) -> Int {
        let opened = try open(group)
        var info = H5G_info_t()
        guard H5Gget_info(opened.id, &info) >= 0 else { throw .library("H5Gget_info", file: path, object: group) }
        return Int(info.nlinks)
    }
}

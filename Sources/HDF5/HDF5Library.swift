import CHDF5

/// The HDF5 library this process is linked with.
package enum HDF5Library {
    /// "1.10.8".
    package static var version: String {
        Library.prepare()
        var numbers: (UInt32, UInt32, UInt32) = (0, 0, 0)
        H5get_libversion(&numbers.0, &numbers.1, &numbers.2)
        return "\(numbers.0).\(numbers.1).\(numbers.2)"
    }
}

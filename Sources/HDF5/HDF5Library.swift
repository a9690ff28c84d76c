import CHDF5

/// The HDF5 library with which this process is linked.
package enum HDF5Library {
    /// The version, such as "1.10.8".
    package static var version: String {
        Library.prepare()
        var numbers: (UInt32, UInt32, UInt32) = (0, 0, 0)
        H5get_libversion(&numbers.0, &numbers.1, &numbers.2)
        return "\(numbers.0).\(numbers.1).\(numbers.2)"
    }
}

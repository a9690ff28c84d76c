import CHDF5
import CLZF
import Glibc

/// Settings and error messages of the HDF5 library with which this process is linked.
enum Library {
    /// Initialises the library once. The variable must be set before its first call.
    ///
    /// Lustre, GPFS and NFS mounts often refuse file locks (errno 11, 37, 524). Inputs are opened read-only and outputs
    /// have temporary names until they are complete, so locks protect nothing here. A user's own setting is kept.
    private static let started: Bool = {
        setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0)
        // These variables would redirect links to other files, but no file other than the one that is read may be opened.
        for name in ["HDF5_EXT_PREFIX", "HDF5_VDS_PREFIX"] { unsetenv(name) }
        // All files are closed explicitly. Data that a full disk prevented from being written must not be written again
        // at exit, where HDF5 1.10 then crashes.
        H5dont_atexit()
        return H5open() >= 0 && ab_lzf_register() >= 0
    }()

    /// Starts the library and silences its own printing to stderr, a setting that HDF5 keeps per thread.
    static func prepare() {
        precondition(started, "the HDF5 library does not start")
        H5Eset_auto2(ab_H5E_DEFAULT(), nil, nil)
    }

    /// Returns HDF5's reasons for the call that has just failed, the most specific first.
    ///
    /// Any further call of the library clears the list, so it must be read before identifiers are closed.
    static func reasons() -> [String] {
        var lines: [String] = []
        withUnsafeMutablePointer(to: &lines) { lines in
            _ = H5Ewalk2(
                ab_H5E_DEFAULT(), H5E_WALK_UPWARD,
                { _, record, lines in
                    guard let text = record?.pointee.desc, let lines else { return 0 }
                    lines.assumingMemoryBound(to: [String].self).pointee.append(String(cString: text))
                    return 0
                }, lines)
        }
        return lines
    }
}

/// An HDF5 identifier (file, group, dataset, type, …) that is released when it goes out of scope.
struct Handle: ~Copyable {
    let id: hid_t

    deinit { H5Idec_ref(id) }

    /// Takes ownership of an identifier; nil for a negative value, with which the library reports that a call failed.
    init?(_ id: hid_t) {
        guard id >= 0 else { return nil }
        self.id = id
    }
}

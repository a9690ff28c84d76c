import CHDF5
import CLZF
import Glibc

/// Settings and error texts of the HDF5 library this process is linked with.
enum Library {
    /// Done once, before the first call of the library, which reads the variable when it starts.
    ///
    /// Lustre, GPFS and NFS mounts often refuse file locks (errno 11, 37, 524). Inputs are opened read-only and outputs
    /// have a name of their own until they are complete, so locks protect nothing here. A user's own setting stays.
    private static let started: Bool = {
        setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0)
        // No file but the one that is read is ever opened, wherever these say that its links lead to.
        for name in ["HDF5_EXT_PREFIX", "HDF5_VDS_PREFIX"] { unsetenv(name) }
        // All files are closed where they were opened. What a full disk kept from being written must not be tried again
        // at exit, where HDF5 1.10 crashes over it.
        H5dont_atexit()
        return H5open() >= 0 && ab_lzf_register() >= 0
    }()

    /// Starts the library and silences its own printing to stderr, a setting that HDF5 keeps per thread.
    static func prepare() {
        precondition(started, "the HDF5 library does not start")
        H5Eset_auto2(ab_H5E_DEFAULT(), nil, nil)
    }

    /// The reasons HDF5 gives for the call that has just failed, the most specific first.
    ///
    /// Any further call of the library empties the list, so it is read before identifiers are closed.
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

/// An HDF5 identifier (file, group, dataset, type, …) that is given back when it goes out of scope.
struct Handle: ~Copyable {
    let id: hid_t

    deinit { H5Idec_ref(id) }

    /// Takes over an identifier; nil for the negative values with which the library says that a call failed.
    init?(_ id: hid_t) {
        guard id >= 0 else { return nil }
        self.id = id
    }
}

import CHDF5
import Glibc
import Paths

/// Which file it is, whatever its paths: the device it lies on and its inode.
struct FileIdentity: Equatable {
    let device: dev_t
    let inode: ino_t

    init(_ status: stat) { (device, inode) = (status.st_dev, status.st_ino) }
}

extension HDF5File {
    /// The path by which the library opens this very file where a link or a virtual dataset names `other`; nil where it
    /// would open another file, or none. Nothing is opened.
    ///
    /// The library tries, in this order (`H5F_prefix_open_file`): an absolute path as it is, and of that the last part alone
    /// thereafter; in the folder of the file that names it; in the working folder; in the folder of that file's real path.
    /// The first that can be read counts.
    ///
    /// - Parameter file: the path by which the library has opened the file that names `other`, which is this one.
    func pathOfThisFile(named other: String, in file: String) -> String? {
        guard !other.isEmpty else { return nil }
        let isAbsolute = other.hasPrefix("/")
        let name = isAbsolute ? String(other.dropFirst(folder(of: other).count)) : other
        let real = file.withPath { realpath($0, nil) }
        defer { free(real) }
        let realFile = real.map { PathBytes.text(ofCString: $0) } ?? file
        let places = (isAbsolute ? [other] : []) + [folder(of: file) + name, name, folder(of: realFile) + name]
        for place in places {
            if Paths.access(place, R_OK) == 0 {
                return fileStatus(place).map { FileIdentity($0) } == identity ? place : nil
            }
            // Where it cannot be found out whether the library opens it, it is another.
            guard [ENOENT, ENOTDIR, EACCES].contains(errno) else { return nil }
        }
        return nil
    }

    /// All of a path before its last part, with the slash; empty for one of a single part.
    private func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" }
}

import CHDF5
import Glibc
import Paths

/// The identity of a file, independent of its paths: its device and inode.
struct FileIdentity: Equatable {
    let device: dev_t
    let inode: ino_t

    init(_ status: stat) { (device, inode) = (status.st_dev, status.st_ino) }
}

extension HDF5File {
    /// Returns the path by which the library opens this same file if a link or a virtual dataset names `other`; nil if it
    /// would open another file, or none. Nothing is opened.
    ///
    /// The library tries, in this order (`H5F_prefix_open_file`): an absolute path unchanged, of which it then uses the last
    /// part only; the folder of the file that names it; the working folder; the folder of that file's real path. It takes
    /// the first that can be read.
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
            // If it is unknown whether the library can open it, it counts as another file.
            guard [ENOENT, ENOTDIR, EACCES].contains(errno) else { return nil }
        }
        return nil
    }

    /// Returns a path without its last part, with the slash; empty for a path of one part.
    private func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" }
}

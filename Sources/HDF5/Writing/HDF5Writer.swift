import CHDF5
import CSupervision
import Glibc
import Paths
import Processes

/// An HDF5 file that is being written.
///
/// The file is written under a temporary name in its folder and renamed atomically when it is complete and on disk,
/// so a reader never sees a partial file. Times are not recorded: the same content gives the same bytes.
package final class HDF5Writer {
    /// The final path of the file.
    package let path: String
    let id: hid_t

    private init(path: String, id: hid_t) {
        self.path = path
        self.id = id
    }

    /// Writes a file: `body` adds the contents, then the file replaces a file at `path`. A symbolic link is kept: the file
    /// to which it points is replaced.
    ///
    /// - Throws: what `body` throws, or `HDF5Error`. An older file is then unchanged and nothing is left behind, unless
    ///   only the last step, the synchronisation of the folder, failed.
    package static func write(to path: String, _ body: (HDF5Writer) throws -> Void) throws {
        Library.prepare()
        let target = try replaceableTarget(of: path)
        let temporary = temporaryName(for: target)
        let note = temporary.withPath { ab_note_temporary($0) }
        defer { ab_forget_temporary(note) }
        do {
            try fill(temporary, path, body)
            try synchronise(temporary)
            guard rename(temporary, target) == 0 else { throw HDF5Error.system("rename", file: path) }
        } catch {
            unlink(temporary)
            throw error
        }
        try synchronise(folder(of: target))
    }

    /// Resolves symbolic links. Only a regular file may be replaced, not a device or folder.
    private static func replaceableTarget(of path: String) throws(HDF5Error) -> String {
        let target: String
        do {
            target = try OutputPath.target(of: path)
        } catch {
            errno = ELOOP
            throw .system("open", file: path)
        }
        guard let status = fileStatus(target), status.st_mode & S_IFMT != S_IFREG else { return target }
        errno = status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EEXIST
        throw .system("rename", file: path)
    }

    private static func fill(_ temporary: String, _ path: String, _ body: (HDF5Writer) throws -> Void) throws {
        guard let properties = Handle(H5Pcreate(ab_H5P_FILE_CREATE())),
            H5Pset_obj_track_times(properties.id, false) >= 0
        else { throw HDF5Error.library("H5Pcreate", file: path) }
        let id = temporary.withPath { H5Fcreate($0, ab_H5F_ACC_TRUNC(), properties.id, ab_H5P_DEFAULT()) }
        guard id >= 0 else { throw HDF5Error.library("H5Fcreate", file: path) }
        do {
            try body(HDF5Writer(path: path, id: id))
        } catch {
            H5Fclose(id)
            throw error
        }
        // Closing writes the library's caches, so a full disk may be detected only here.
        guard H5Fclose(id) >= 0 else { throw HDF5Error.library("H5Fclose", file: path) }
    }

    /// Returns a name in the same folder that no other process uses.
    private static func temporaryName(for path: String) -> String {
        OutputPath.temporary(for: path, suffix: ".tmp-\(CurrentProcess.identity)")
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.unicodeScalars.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Waits until a file or folder is on disk.
    private static func synchronise(_ path: String) throws(HDF5Error) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open", file: path) }
        defer { close(descriptor) }
        // Some network file systems cannot synchronise a folder and return EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw .system("fsync", file: path) }
    }
}

import CHDF5
import CSupervision
import Glibc
import Paths
import Processes

/// A new HDF5 file in the making.
///
/// The file is written under another name in its folder and takes its own name only when it is complete and on disk,
/// so a reader never sees half a file. Times are not recorded: the same content gives the same bytes.
package final class HDF5Writer {
    /// The path the file will have.
    package let path: String
    let id: hid_t

    private init(path: String, id: hid_t) {
        self.path = path
        self.id = id
    }

    /// Writes a file: `body` adds the contents, then the file replaces whatever was at `path`. A symbolic link stays one:
    /// what it points to is written.
    ///
    /// - Throws: what `body` throws, or `HDF5Error`. An older file then stays as it was and nothing is left behind, unless
    ///   it was the last step that failed, the folder's synchronisation.
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

    /// The path behind symbolic links. A file takes the place of nothing or of a file: a device or folder is not replaced.
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
        // Data still in the library's caches are written here, so a full disk may show only now.
        guard H5Fclose(id) >= 0 else { throw HDF5Error.library("H5Fclose", file: path) }
    }

    /// A name in the same folder, which no other process uses.
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
        // Some network file systems cannot synchronise a folder and say EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw .system("fsync", file: path) }
    }
}

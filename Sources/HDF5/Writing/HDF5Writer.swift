import CHDF5
import Paths
import Storage

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
        try DurableFile.replace(path) { temporary in
            try fill(temporary, path, body)
            try DurableFile.sync(temporary, named: path)
        }
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
}

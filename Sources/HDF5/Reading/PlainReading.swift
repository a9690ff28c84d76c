import CHDF5
import Glibc
import Paths

/// Reads datasets of the file at `path` by the library alone, without our checks: the baseline for the speed of loading.
package func readPlainly(_ names: [String], ofFile path: String) throws(HDF5Error) {
    Library.prepare()
    let none = ab_H5P_DEFAULT()
    guard let file = Handle(path.withPath { H5Fopen($0, ab_H5F_ACC_RDONLY(), none) }) else {
        throw .library("H5Fopen", file: path)
    }
    for name in names {
        guard let dataset = Handle(H5Dopen2(file.id, name, none)), let type = Handle(H5Dget_type(dataset.id)),
            let space = Handle(H5Dget_space(dataset.id))
        else { throw .library("H5Dopen2", file: path, object: name) }
        let bytes = Int(H5Sget_simple_extent_npoints(space.id)) * H5Tget_size(type.id)
        let memory = malloc(max(1, bytes))
        defer { free(memory) }
        guard H5Dread(dataset.id, type.id, ab_H5S_ALL(), ab_H5S_ALL(), none, memory) >= 0 else {
            throw .library("H5Dread", file: path, object: name)
        }
    }
}

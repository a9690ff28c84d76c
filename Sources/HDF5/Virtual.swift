import CHDF5

extension HDF5File {
    /// Opens a dataset whose data lie in this file; `depth` counts the virtual datasets that led to it.
    func openDataset(_ name: String, depth: Int) throws(HDF5Error) -> Handle {
        let place = try resolve(name)
        guard let object = Handle(H5Oopen(handle.id, place, ab_H5P_DEFAULT())) else {
            throw .library("H5Oopen", file: path, object: name)
        }
        guard H5Iget_type(object.id) == H5I_DATASET else {
            throw failure(name, .refused(found: kind(of: object.id)))
        }
        // Every chunk is read once. Without a cache, what is not compressed goes from the file straight to where it is
        // wanted, by the chunk's shape; a cache would trust the size that the file gives for each.
        guard let access = Handle(H5Pcreate(ab_H5P_DATASET_ACCESS())), H5Pset_chunk_cache(access.id, 0, 0, 0) >= 0,
            let dataset = Handle(H5Dopen2(handle.id, place, access.id))
        else { throw .library("H5Dopen2", file: path, object: name) }
        guard let creation = Handle(H5Dget_create_plist(dataset.id)) else {
            throw .library("H5Dget_create_plist", file: path, object: name)
        }
        guard H5Pget_external_count(creation.id) == 0 else {
            throw failure(name, .refused(found: "a dataset whose data lie in an external file"))
        }
        switch H5Pget_layout(creation.id) {
        case H5D_COMPACT, H5D_CONTIGUOUS, H5D_CHUNKED: break
        case H5D_VIRTUAL: try checkSources(creation, name, depth: depth)
        default: throw failure(name, .refused(found: "a dataset of a layout that HDF5 does not know here"))
        }
        return dataset
    }

    /// Checks what a virtual dataset is put together of: datasets of this file, each good in itself.
    ///
    /// The library would open any file that is named, and read what is missing as fill values.
    private func checkSources(_ creation: borrowing Handle, _ name: String, depth: Int) throws(HDF5Error) {
        guard depth < 8 else { throw failure(name, .refused(found: "virtual datasets in a circle")) }
        let id = creation.id
        var count = 0
        guard H5Pget_virtual_count(id, &count) >= 0 else {
            throw .library("H5Pget_virtual_count", file: path, object: name)
        }
        for i in 0..<count {
            guard let file = readText({ H5Pget_virtual_filename(id, i, $0, $1) }),
                let source = readText({ H5Pget_virtual_dsetname(id, i, $0, $1) })
            else { throw .library("H5Pget_virtual_filename", file: path, object: name) }
            guard file == "." else {
                throw failure(name, .refused(found: "a virtual dataset whose data lie in another file, '\(file)'"))
            }
            guard !source.contains("%") else {
                throw failure(name, .refused(found: "a virtual dataset of sources by a pattern, '\(source)'"))
            }
            do {
                let opened = try openDataset(source, depth: depth + 1)
                let description = try describe(opened, source)
                if description.count > 0 { try checkStorage(opened, source) }
            } catch  where error.reason == .missing {
                throw failure(name, .refused(found: "a virtual dataset of '\(source)', which is not there"))
            }
        }
    }

    /// The number of a virtual dataset's elements that no source provides; 0 where that cannot be told.
    func uncovered(_ creation: borrowing Handle, of count: Int) -> Int {
        var mappings = 0
        guard H5Pget_virtual_count(creation.id, &mappings) >= 0 else { return 0 }
        var covered = 0
        for i in 0..<mappings {
            guard let space = Handle(H5Pget_virtual_vspace(creation.id, i)) else { return 0 }
            let points = H5Sget_select_npoints(space.id)
            guard (0...hssize_t(count)).contains(points) else { return 0 }  // without limit: as many as there are
            covered += Int(points)
        }
        return max(0, count - covered)
    }
}

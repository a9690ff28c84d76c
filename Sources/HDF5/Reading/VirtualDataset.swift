import CHDF5
import Paths

/// A virtual dataset and the path by which the library has opened its file, from which it looks for the files it names.
struct VirtualPlace: Hashable {
    let address: haddr_t
    let openedAs: String
}

/// A source of a virtual dataset.
struct VirtualSource: Hashable {
    /// Its path of hard links, and its name in the virtual dataset.
    let place, name: String
}

extension HDF5File {
    /// The maximum depth of nested virtual datasets.
    private static let deepest = 8
    private static let copy = "copy the data into an array of this file"

    /// Opens the dataset `name` at the path of hard links `place`, whose data must be in this file.
    ///
    /// - Parameters:
    ///   - openedAs: the path by which the library has opened this file when it reaches the dataset.
    ///   - depth: the number of virtual datasets that lead to it.
    func openDataset(
        at place: String, _ name: String, openedAs: String, depth: Int
    ) throws(HDF5Error) -> Handle {
        guard let object = Handle(H5Oopen(handle.id, place, ab_H5P_DEFAULT())) else {
            throw .library("H5Oopen", file: path, object: name)
        }
        guard H5Iget_type(object.id) == H5I_DATASET else {
            throw failure(name, .refused(found: kind(of: object.id)))
        }
        // Every chunk is read once. Without a cache, uncompressed chunks are read from the file directly into the array, by
        // the chunk's shape; with a cache, the library would trust the size that the file gives for each chunk.
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
        case H5D_VIRTUAL:
            let place = VirtualPlace(address: ab_object_address(dataset.id), openedAs: openedAs)
            if checkedVirtual.contains(place) { break }
            try checkSources(dataset, creation, name, openedAs: openedAs, depth: depth)
            checkedVirtual.insert(place)
        default:
            throw failure(name, .unsupported(found: "a dataset of a layout that HDF5 does not know here", hint: nil))
        }
        return dataset
    }

    /// Checks the sources of a virtual dataset: they must be valid datasets of this file.
    ///
    /// The library would open any named file, read missing sources as fill values, and convert types silently.
    private func checkSources(
        _ dataset: borrowing Handle, _ creation: borrowing Handle, _ name: String, openedAs: String, depth: Int
    ) throws(HDF5Error) {
        guard depth < Self.deepest else {
            throw failure(
                name, .astray(found: "more than \(Self.deepest) virtual datasets of one another, or some in a circle"))
        }
        let id = creation.id
        var count = 0
        guard H5Pget_virtual_count(id, &count) >= 0, let type = Handle(H5Dget_type(dataset.id)) else {
            throw .library("H5Pget_virtual_count", file: path, object: name)
        }
        for i in 0..<count {
            guard let named = readBytes({ H5Pget_virtual_filename(id, i, $0, $1) }).map({ PathBytes.text(of: $0) }),
                let written = readText({ H5Pget_virtual_dsetname(id, i, $0, $1) }),
                let selection = Handle(H5Pget_virtual_srcspace(id, i)), let place = Handle(H5Pget_virtual_vspace(id, i))
            else { throw .library("H5Pget_virtual_filename", file: path, object: name) }
            let (file, source) = (try nameOfOne(named, name), try nameOfOne(written, name))
            guard var openedAs = file == "." ? openedAs : pathOfThisFile(named: file, in: openedAs) else {
                let shown = PathBytes.shown(file)
                throw failure(name, .refused(found: "a virtual dataset whose data lie in another file, '\(shown)'"))
            }
            do {
                let resolved = try resolve(source, openedAs: &openedAs)
                let opened = try openDataset(at: resolved, source, openedAs: openedAs, depth: depth + 1)
                try checkSource(opened, source, type, name)
                sources[ab_object_address(dataset.id), default: []].insert(VirtualSource(place: resolved, name: source))
                try checkSelection(selection, of: opened, source, for: place, name)
            } catch  where error.reason == .missing {
                throw failure(name, .astray(found: "a virtual dataset of '\(source)', which is not there"))
            }
        }
    }

    /// Returns the file or dataset that a name in the virtual dataset `name` means: "%%" is "%"; "%b" is a pattern, refused.
    private func nameOfOne(_ pattern: String, _ name: String) throws(HDF5Error) -> String {
        guard !pattern.replacing("%%", with: "").contains("%") else {
            let shown = PathBytes.shown(pattern)
            throw failure(
                name, .unsupported(found: "a virtual dataset of sources by a pattern, '\(shown)'", hint: Self.copy))
        }
        return pattern.replacing("%%", with: "%")
    }

    /// Checks one source of the virtual dataset `name`, whose type is `type`.
    private func checkSource(
        _ source: borrowing Handle, _ sourceName: String, _ type: borrowing Handle, _ name: String
    ) throws(HDF5Error) {
        guard let stored = Handle(H5Dget_type(source.id)) else {
            throw .library("H5Dget_type", file: path, object: sourceName)
        }
        guard H5Tequal(stored.id, type.id) > 0 else {
            let types = "\(element(of: type.id)), not \(element(of: stored.id))"
            throw failure(
                name,
                .unsupported(
                    found: "a virtual dataset of another type than its source '\(sourceName)' (\(types))",
                    hint: Self.copy))
        }
        guard !checkedSources.contains(ab_object_address(source.id)) else { return }
        if try describe(source, sourceName).count > 0 {
            sourceDecoding = max(sourceDecoding, try decodingBytes(source, sourceName))
            try checkStorage(source, sourceName)
        }
        checkedSources.insert(ab_object_address(source.id))
    }

    /// Refuses a virtual dataset if a source has a chunk whose decoded size is not that of its shape. This takes the memory
    /// of `readingBytes`, so it is not done when the dataset is opened.
    func checkDecodingOfSources(_ dataset: borrowing Handle) throws(HDF5Error) {
        for source in sources[ab_object_address(dataset.id)] ?? [] {
            guard let opened = Handle(H5Oopen(handle.id, source.place, ab_H5P_DEFAULT())) else {
                throw .library("H5Oopen", file: path, object: source.name)
            }
            guard !decodedSources.contains(ab_object_address(opened.id)) else { continue }
            try checkDecoding(opened, source.name)
            try checkDecodingOfSources(opened)
            decodedSources.insert(ab_object_address(opened.id))
        }
    }

    /// Checks that a source has all elements of `selection`, which are mapped to those of `place`.
    private func checkSelection(
        _ selection: borrowing Handle, of source: borrowing Handle, _ sourceName: String, for place: borrowing Handle,
        _ name: String
    ) throws(HDF5Error) {
        guard let space = Handle(H5Dget_space(source.id)) else {
            throw .library("H5Dget_space", file: path, object: sourceName)
        }
        let points = H5Sget_select_npoints(place.id)
        guard points >= 0 else {
            throw failure(name, .unsupported(found: "a virtual dataset that grows with its sources", hint: Self.copy))
        }
        guard points > 0 else { return }
        if H5Sget_select_type(selection.id) == H5S_SEL_ALL {
            if H5Sget_simple_extent_npoints(space.id) == points { return }
        } else {
            let extents = try extents(of: space, sourceName)
            var (first, last) = (extents, extents)
            if H5Sget_simple_extent_ndims(selection.id) == Int32(extents.count),
                H5Sget_select_bounds(selection.id, &first, &last) >= 0, zip(last, extents).allSatisfy({ $0 < $1 }),
                H5Sget_select_npoints(selection.id) == points
            {
                return
            }
        }
        throw failure(
            name, .damaged(found: "a virtual dataset of other elements than its source '\(sourceName)' has"))
    }

    /// Returns the number of a virtual dataset's elements that no source provides.
    ///
    /// - Parameter count: the number of all its elements.
    /// - Throws: `HDF5Error` with the reason `unsupported` if two sources provide the same element; or `library`.
    func uncovered(_ creation: borrowing Handle, of count: Int, _ name: String) throws(HDF5Error) -> Int {
        var mappings = 0
        guard H5Pget_virtual_count(creation.id, &mappings) >= 0 else {
            throw .library("H5Pget_virtual_count", file: path, object: name)
        }
        let overlap = failure(name, .unsupported(found: "a virtual dataset whose sources overlap", hint: Self.copy))
        var spaces: [hid_t] = []
        defer { for space in spaces { H5Idec_ref(space) } }
        var covered = 0
        for i in 0..<mappings {
            spaces.append(H5Pget_virtual_vspace(creation.id, i))
            let points = H5Sget_select_npoints(spaces[i])
            guard points >= 0 else { throw .library("H5Sget_select_npoints", file: path, object: name) }
            guard points <= hssize_t(count - covered) else { throw overlap }
            covered += Int(points)
        }
        guard try union(of: spaces.filter { H5Sget_select_npoints($0) > 0 }, name) == covered else { throw overlap }
        return count - covered
    }

    /// Returns the number of elements in the union of selections of one space, which are united pairwise, as in a tree.
    private func union(of selections: [hid_t], _ name: String) throws(HDF5Error) -> Int {
        var united = selections
        for space in united { H5Iinc_ref(space) }
        defer { for space in united { H5Idec_ref(space) } }
        while united.count > 1 {
            var pairs: [hid_t] = []
            var error: HDF5Error?
            for i in stride(from: 0, to: united.count - 1, by: 2) {
                pairs.append(H5Scombine_select(united[i], H5S_SELECT_OR, united[i + 1]))
                if pairs[i / 2] < 0 { error = error ?? .library("H5Scombine_select", file: path, object: name) }
            }
            if united.count % 2 == 1, let last = united.last {
                H5Iinc_ref(last)
                pairs.append(last)
            }
            for space in united { H5Idec_ref(space) }
            united = pairs
            if let error { throw error }
        }
        return united.first.map { Int(H5Sget_select_npoints($0)) } ?? 0
    }
}

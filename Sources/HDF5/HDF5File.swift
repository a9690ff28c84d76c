import CHDF5
import Glibc

/// An HDF5 file opened for reading.
///
/// A file from elsewhere is untrusted input: links out of it, data kept in other files, and arrays larger than
/// `arrayLimit` are refused before anything is allocated. The library itself is no guard against a crafted file (a
/// crash is possible), so files of unknown origin are checked in a process of their own. One file is used from one
/// thread at a time.
public final class HDF5File {
    /// The path the file was opened with.
    public let path: String
    /// The number of bytes one array may take in memory.
    public let arrayLimit: Int
    let handle: Handle

    /// Opens the file at `path` read-only and without locks.
    ///
    /// - Parameter arrayLimit: bytes one array may take in memory; the default, 16 GiB, is 30 times D4RL's largest.
    /// - Throws: `HDF5Error` with the reason `system`, `notHDF5`, `truncated` or `library`.
    public init(readingFrom path: String, arrayLimit: Int = 1 << 34) throws(HDF5Error) {
        Library.prepare()
        let bytes = try sizeOfRegularFile(path)
        guard let handle = Handle(H5Fopen(path, ab_H5F_ACC_RDONLY(), ab_H5P_DEFAULT())) else {
            throw openingError(path: path, bytes: bytes, reasons: Library.reasons())
        }
        self.path = path
        self.arrayLimit = arrayLimit
        self.handle = handle
    }

    /// Whether there is an object of this name ("observations", "infos/qpos").
    public func contains(_ name: String) throws(HDF5Error) -> Bool {
        do {
            try checkLinks(of: name)
            return true
        } catch let error where error.reason == .missing {
            return false
        }
    }

    /// The names in a group, in alphabetical order; the root group by default.
    ///
    /// - Throws: `HDF5Error` with the reason `missing`, `refused` (a link, or not a group) or `library`.
    public func names(in group: String = "/") throws(HDF5Error) -> [String] {
        let opened = try open(group)
        guard H5Iget_type(opened.id) == H5I_GROUP else { throw failure(group, .refused(found: kind(of: opened.id))) }
        var info = H5G_info_t()
        guard H5Gget_info(opened.id, &info) >= 0 else { throw .library("H5Gget_info", file: path, object: group) }
        var names: [String] = []
        for i in 0..<info.nlinks {
            var buffer = [CChar](repeating: 0, count: 256)
            let length = H5Lget_name_by_idx(
                opened.id, ".", H5_INDEX_NAME, H5_ITER_INC, i, &buffer, buffer.count, ab_H5P_DEFAULT())
            guard length >= 0 else { throw .library("H5Lget_name_by_idx", file: path, object: group) }
            guard length < buffer.count else { throw failure(group, .refused(found: "a name of \(length) bytes")) }
            names.append(String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self))
        }
        return names
    }

    /// Whether the object of this name is a group.
    public func isGroup(_ name: String) throws(HDF5Error) -> Bool {
        let object = try open(name)  // named, so that it stays open for the question
        return H5Iget_type(object.id) == H5I_GROUP
    }

    /// Opens an object that is reached by hard links alone.
    func open(_ name: String) throws(HDF5Error) -> Handle {
        try checkLinks(of: name)
        guard let object = Handle(H5Oopen(handle.id, name, ab_H5P_DEFAULT())) else {
            throw .library("H5Oopen", file: path, object: name)
        }
        return object
    }

    /// Opens a dataset whose data lie in this file.
    func openDataset(_ name: String) throws(HDF5Error) -> Handle {
        let dataset = try open(name)
        guard H5Iget_type(dataset.id) == H5I_DATASET else {
            throw failure(name, .refused(found: kind(of: dataset.id)))
        }
        guard let creation = Handle(H5Dget_create_plist(dataset.id)) else {
            throw .library("H5Dget_create_plist", file: path, object: name)
        }
        let layout = H5Pget_layout(creation.id)
        guard layout == H5D_COMPACT || layout == H5D_CONTIGUOUS || layout == H5D_CHUNKED else {
            throw failure(name, .refused(found: "a virtual dataset, whose data lie in other files"))
        }
        guard H5Pget_external_count(creation.id) == 0 else {
            throw failure(name, .refused(found: "a dataset whose data lie in an external file"))
        }
        return dataset
    }

    func failure(_ name: String, _ reason: HDF5Error.Reason) -> HDF5Error {
        HDF5Error(file: path, object: name, reason: reason)
    }

    /// Walks the path to an object and refuses to follow soft and external links.
    private func checkLinks(of name: String) throws(HDF5Error) {
        var walked = ""
        for component in name.split(separator: "/") {
            walked += "/" + component
            let exists = H5Lexists(handle.id, walked, ab_H5P_DEFAULT())
            if exists < 0 { throw .library("H5Lexists", file: path, object: name) }
            if exists == 0 { throw failure(name, .missing) }
            switch ab_link_type(handle.id, walked) {
            case H5L_TYPE_HARD: continue
            case H5L_TYPE_SOFT: throw failure(name, .refused(found: "a soft link"))
            case H5L_TYPE_EXTERNAL: throw failure(name, .refused(found: "a link into another file"))
            default: throw failure(name, .refused(found: "a link of unknown type"))
            }
        }
    }

    private func kind(of object: hid_t) -> String {
        switch H5Iget_type(object) {
        case H5I_GROUP: "a group"
        case H5I_DATASET: "a dataset"
        case H5I_DATATYPE: "a named type"
        default: "an object of unknown kind"
        }
    }
}

/// The size in bytes of a regular file; a named pipe, say, would make the library wait for ever.
private func sizeOfRegularFile(_ path: String) throws(HDF5Error) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system("stat", file: path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
        throw HDF5Error(file: path, reason: .system(call: "open", text: "not a regular file"))
    }
    return Int(status.st_size)
}

/// Tells a truncated file and a file of another format from the library's other reasons not to open one.
private func openingError(path: String, bytes: Int, reasons: String) -> HDF5Error {
    if let found = number(after: "truncated file: eof = ", in: reasons),
        let expected = number(after: "stored_eof = ", in: reasons)
    {
        return HDF5Error(file: path, reason: .truncated(found: found, expected: expected))
    }
    if reasons.contains("signature") { return HDF5Error(file: path, reason: .notHDF5(bytes: bytes)) }
    return HDF5Error(file: path, reason: .library(call: "H5Fopen", text: "\(reasons) (\(bytes) bytes)"))
}

private func number(after marker: String, in text: String) -> Int? {
    guard let range = text.firstRange(of: marker) else { return nil }
    return Int(text[range.upperBound...].prefix { $0.isASCII && $0.isNumber })
}

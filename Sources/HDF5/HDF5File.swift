import CHDF5
import Glibc
import Paths

/// An HDF5 file opened for reading.
///
/// A file is untrusted input: no link is followed into another file, and data in other files and arrays larger than
/// `arrayLimit` are refused before anything is allocated. The library itself does not protect against a crafted file (it
/// may crash), so files of unknown origin are checked in a separate process. One thread at a time may use a file.
package final class HDF5File {
    /// The path with which the file was opened.
    package let path: String
    /// The largest size of one array in memory, in bytes.
    package let arrayLimit: Int
    /// The size of the file in bytes when it was opened, an upper bound for every stored chunk.
    let fileSize: Int
    let identity: FileIdentity
    let handle: Handle
    /// The virtual datasets whose sources have been checked, and the addresses of these sources, to check each only once.
    var checkedVirtual: Set<VirtualPlace> = []
    var checkedSources: Set<haddr_t> = []
    /// The sources of each opened virtual dataset, by the addresses of their headers, and the sources whose chunks are known
    /// to decode to the right lengths.
    var sources: [haddr_t: Set<VirtualSource>] = [:]
    var decodedSources: Set<haddr_t> = []
    /// The largest memory in bytes that decoding a chunk of such a source takes.
    var sourceDecoding = 0

    /// Opens the file at `path` read-only and without locks.
    ///
    /// - `arrayLimit`: the largest size of one array in memory, in bytes; by default 16 GiB, 30 times D4RL's largest.
    /// - Throws: `HDF5Error` with the reason `system`, `notHDF5`, `truncated` or `library`.
    package init(readingFrom path: String, arrayLimit: Int = 1 << 34) throws(HDF5Error) {
        Library.prepare()
        let status = try statusOfRegularFile(path)
        let bytes = Int(status.st_size)
        guard let handle = Handle(path.withPath { H5Fopen($0, ab_H5F_ACC_RDONLY(), ab_H5P_DEFAULT()) }) else {
            throw openingError(path: path, bytes: bytes, HDF5Error.Reason(call: "H5Fopen", Library.reasons()))
        }
        self.path = path
        self.arrayLimit = arrayLimit
        self.handle = handle
        identity = FileIdentity(status)
        fileSize = bytes
    }

    /// Returns whether there is an object of this name ("observations", "infos/qpos").
    package func contains(_ name: String) throws(HDF5Error) -> Bool {
        do {
            _ = try resolve(name)
            return true
        } catch let error where error.reason == .missing {
            return false
        }
    }

    /// Returns the names in a group, by default the root group, in alphabetical order.
    ///
    /// - `most`: the maximum number of names, for untrusted files: the library is slow with very many names.
    /// - Throws: `HDF5Error` with the reason `missing`, `refused` (a link, or not a group) or `library`.
    package func names(in group: String = "/", most: Int = .max) throws(HDF5Error) -> [String] {
        let opened = try open(group)
        guard H5Iget_type(opened.id) == H5I_GROUP else { throw failure(group, .refused(found: kind(of: opened.id))) }
        var info = H5G_info_t()
        guard H5Gget_info(opened.id, &info) >= 0 else { throw .library("H5Gget_info", file: path, object: group) }
        var names: [String] = []
        for i in 0..<min(info.nlinks, hsize_t(most)) {
            let name = readText { buffer, size in
                H5Lget_name_by_idx(opened.id, ".", H5_INDEX_NAME, H5_ITER_INC, i, buffer, size, ab_H5P_DEFAULT())
            }
            guard let name else { throw .library("H5Lget_name_by_idx", file: path, object: group) }
            names.append(name)
        }
        return names
    }

    /// Returns whether the object of this name is a group.
    package func isGroup(_ name: String) throws(HDF5Error) -> Bool {
        let object = try open(name)  // named, so that it stays open for the question
        return H5Iget_type(object.id) == H5I_GROUP
    }

    /// Opens an object of this file; soft links within the file are followed.
    func open(_ name: String) throws(HDF5Error) -> Handle {
        let place = try resolve(name)
        guard let object = Handle(H5Oopen(handle.id, place, ab_H5P_DEFAULT())) else {
            throw .library("H5Oopen", file: path, object: name)
        }
        return object
    }

    /// Opens a dataset whose data are in this file.
    func openDataset(_ name: String) throws(HDF5Error) -> Handle {
        try openDataset(at: resolve(name), name, openedAs: path, depth: 0)
    }

    /// Returns the address of an object, which is the same for all its names and differs from that of any other object.
    package func address(_ name: String) throws(HDF5Error) -> UInt64 {
        let object = try open(name)  // named, so that it stays open for the question
        return UInt64(ab_object_address(object.id))
    }

    func failure(_ name: String, _ reason: HDF5Error.Reason) -> HDF5Error {
        HDF5Error(file: path, object: name, reason: reason)
    }

    func kind(of object: hid_t) -> String {
        switch H5Iget_type(object) {
        case H5I_GROUP: "a group"
        case H5I_DATASET: "a dataset"
        case H5I_DATATYPE: "a named type"
        default: "an object of unknown kind"
        }
    }
}

/// Returns the text that `call` writes to a buffer, whose length it returns; nil if it fails.
///
/// Bytes that are not UTF-8 are replaced by U+FFFD.
func readText(_ call: (UnsafeMutablePointer<CChar>?, Int) -> Int) -> String? {
    readBytes(call).map { String(decoding: $0, as: UTF8.self) }
}

/// Returns the same as bytes, for file names.
func readBytes(_ call: (UnsafeMutablePointer<CChar>?, Int) -> Int) -> [UInt8]? {
    let length = call(nil, 0)
    guard length >= 0 else { return nil }
    var buffer = [CChar](repeating: 0, count: length + 1)
    guard call(&buffer, buffer.count) >= 0 else { return nil }
    return buffer.prefix(length).map(UInt8.init(bitPattern:))
}

/// Returns the status of a regular file and refuses others; a named pipe, for example, would block the library forever.
private func statusOfRegularFile(_ path: String) throws(HDF5Error) -> stat {
    guard let status = fileStatus(path) else { throw .system("stat", file: path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
        throw HDF5Error(file: path, reason: .notRegular(found: PathKind(mode: status.st_mode).rawValue))
    }
    // Opened here first, because the library does not say clearly why it cannot open a file.
    let descriptor = Paths.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open", file: path) }
    close(descriptor)
    return status
}

/// Makes the error of a file that the library cannot open: truncated, of another format, or the library's own reason.
private func openingError(path: String, bytes: Int, _ reason: HDF5Error.Reason) -> HDF5Error {
    guard case .library(let call, let reasons) = reason else { return HDF5Error(file: path, reason: reason) }
    if let found = number(after: "truncated file: eof = ", in: reasons),
        let expected = number(after: "stored_eof = ", in: reasons)
    {
        return HDF5Error(file: path, reason: .truncated(found: found, expected: expected))
    }
    if reasons.contains("consistency flags") { return HDF5Error(file: path, reason: .leftOpen) }
    if reasons.contains("signature"), let format = ForeignFormat.of(path) {
        return HDF5Error(file: path, reason: .foreign(format: format.name + format.advice))
    }
    if reasons.contains("signature") { return HDF5Error(file: path, reason: .notHDF5(bytes: bytes)) }
    return HDF5Error(file: path, reason: .library(call: call, text: "\(reasons) (\(bytes) bytes)"))
}

private func number(after marker: String, in text: String) -> Int? {
    guard let range = text.firstRange(of: marker) else { return nil }
    return Int(text[range.upperBound...].prefix { $0.isASCII && $0.isNumber })
}

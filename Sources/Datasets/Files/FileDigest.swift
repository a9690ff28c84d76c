import Glibc
import Paths
import Storage

/// Returns the SHA-256 of a file's bytes as 64 hexadecimal digits, as `sha256sum` prints it.
///
/// The file is read once, in pieces of 1 MiB.
/// - Throws: `DatasetError` when it cannot be read.
package func sha256(ofFile path: String) throws(DatasetError) -> String {
    let digest = SHA256Digest()
    try readPieces(ofFile: path) { digest.update($0) }
    return digest.hexadecimal
}

/// Reads a file in pieces of at most 1 MiB.
///
/// - Throws: `DatasetError` when it cannot be read.
func readPieces(ofFile path: String, _ take: (UnsafeRawBufferPointer) -> Void) throws(DatasetError) {
    let descriptor = Paths.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    let size = 1 << 20
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    defer { buffer.deallocate() }
    while true {
        let count = read(descriptor, buffer.baseAddress, size)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw unreadable(path) }
        if count == 0 { return }
        take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
}

/// Refuses a file whose digest is not the `expected` one, in hexadecimal digits of either case.
package func checkSHA256(_ expected: String, ofFile path: String) throws(DatasetError) {
    _ = try size(ofFile: path)  // a read from a named pipe would block
    let found = try sha256(ofFile: path)
    guard found == expected.lowercased() else {
        throw DatasetError(
            file: path, expected: "a file with SHA-256 \(expected.lowercased())", found: "one with \(found)",
            hint: "it is damaged or another one: download or make it again")
    }
}

/// Returns the size of a regular file in bytes.
///
/// - Throws: `DatasetError` when there is none.
package func size(ofFile path: String) throws(DatasetError) -> Int {
    guard let status = fileStatus(path) else { throw unreadable(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
        throw DatasetError(file: path, expected: "a regular file", found: "a folder, pipe or device")
    }
    return Int(status.st_size)
}

/// Opens and closes a regular file, the only way to find out whether it can be read.
///
/// - Throws: `DatasetError` when it cannot.
package func requireReadable(_ path: String) throws(DatasetError) {
    _ = try size(ofFile: path)
    let descriptor = Paths.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable(path) }
    close(descriptor)
}

/// Makes the error of a call that has just set `errno`.
func unreadable(_ path: String) -> DatasetError {
    DatasetError(path, code: errno)
}

/// Returns whether something exists at `path`; links are followed.
///
/// - Throws: `DatasetError` when that cannot be found out, such as without permission for a folder on the way.
func isThere(_ path: String) throws(DatasetError) -> Bool {
    if fileStatus(path) != nil { return true }
    guard errno == ENOENT || errno == ENOTDIR else { throw unreadable(path) }
    return false
}

/// Returns whether there is a folder at `path`.
///
/// - Throws: the errors of `isThere`.
func isFolder(_ path: String) throws(DatasetError) -> Bool {
    try isThere(path) && fileStatus(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
}

import CCrypto
import Glibc

/// The SHA-256 of a file's bytes as 64 hexadecimal digits, as `sha256sum` prints it.
///
/// The file is read once, in pieces of 1 MiB.
/// - Throws: `DatasetError` when it cannot be read.
public func sha256(ofFile path: String) throws(DatasetError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "libcrypto offers no SHA-256")

    let size = 1 << 20
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    defer { buffer.deallocate() }
    while true {
        let count = read(descriptor, buffer, size)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw unreadable(path) }
        if count == 0 { break }
        EVP_DigestUpdate(context, buffer, count)
    }
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    let digits = Array("0123456789abcdef")
    return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}

private func unreadable(_ path: String) -> DatasetError {
    DatasetError(file: path, expected: "a readable file", found: String(cString: strerror(errno)))
}

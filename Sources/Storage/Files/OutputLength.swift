package import Foundation

/// The length of an append-only file at some moment, and the hash of its contents up to there.
package struct OutputLength: Sendable, Codable, Equatable {
    /// The file's name within the case's folder.
    package var name: String
    package var bytes: Int
    /// SHA-256 of these bytes, in hexadecimal.
    package var sha256: String

    package init(name: String, bytes: Int, sha256: String) {
        self.name = name
        self.bytes = bytes
        self.sha256 = sha256
    }

    /// The length and hash of a file with these contents.
    package init(name: String, contents: Data) {
        let digest = SHA256Digest()
        contents.withUnsafeBytes { digest.update($0) }
        self.init(name: name, bytes: contents.count, sha256: digest.hexadecimal)
    }
}

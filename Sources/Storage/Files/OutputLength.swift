package import Foundation

/// How far an append-only file went, and what was in it up to there.
package struct OutputLength: Sendable, Codable, Equatable {
    /// The file's name within the case's folder.
    package var name: String
    package var bytes: Int
    /// Of these bytes, in hexadecimal.
    package var sha256: String

    package init(name: String, bytes: Int, sha256: String) {
        self.name = name
        self.bytes = bytes
        self.sha256 = sha256
    }

    /// That of a file of these contents.
    package init(name: String, contents: Data) {
        let digest = SHA256Digest()
        contents.withUnsafeBytes { digest.update($0) }
        self.init(name: name, bytes: contents.count, sha256: digest.hexadecimal)
    }
}

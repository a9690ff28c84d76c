import Glibc

/// Paths as the system has them: bytes that need not be UTF-8.
///
/// A Swift string cannot hold arbitrary bytes; invalid UTF-8 is replaced when the string is made, and so names another
/// file. In this program a path is a string in which each byte b that is not part of valid UTF-8 is the character
/// U+10FF00 + b, of Unicode's last private-use plane (like PEP 383, which uses surrogates). The bytes of these
/// characters themselves are escaped in the same way, so that different bytes are different strings. All names from the
/// system are made by `text(of:)`, and all that are passed to it go through `withPath`.
package enum PathBytes {
    private static let escapes: ClosedRange<UInt32> = 0x10_FF80...0x10_FFFF

    /// The path made of these bytes.
    package static func text(of bytes: some Collection<UInt8>) -> String {
        if let text = plainText(bytes) { return text }
        let bytes = Array(bytes)
        var text = ""
        var at = 0
        while at < bytes.count {
            let length =
                switch bytes[at] {
                case 0xC0...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF7: 4
                default: 1
                }
            if at + length <= bytes.count, let valid = plainText(bytes[at..<at + length]) {
                text += valid
                at += length
            } else {
                text.unicodeScalars.append(Unicode.Scalar(escapes.lowerBound - 0x80 + UInt32(bytes[at])) ?? "\u{FFFD}")
                at += 1
            }
        }
        return text
    }

    /// The text that these bytes are in UTF-8; nil if they are invalid UTF-8 or contain an escape character.
    private static func plainText(_ bytes: some Collection<UInt8>) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self),
            !text.unicodeScalars.contains(where: { escapes.contains($0.value) })
        else { return nil }
        return text
    }

    /// The path of a C string.
    package static func text(ofCString start: UnsafePointer<CChar>) -> String {
        text(of: UnsafeBufferPointer(start: start, count: strlen(start)).map { UInt8(bitPattern: $0) })
    }

    /// The bytes of a path.
    package static func bytes(of path: String) -> [UInt8] {
        path.unicodeScalars.flatMap { scalar -> [UInt8] in
            escapes.contains(scalar.value)
                ? [UInt8(truncatingIfNeeded: scalar.value)] : Array(UTF8.encode(scalar) ?? .init())
        }
    }

    /// A path, or a sentence that contains one, for display: invalid UTF-8 becomes U+FFFD, the replacement character.
    package static func shown(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { escapes.contains($0.value) }) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            shown.unicodeScalars.append(escapes.contains(scalar.value) ? "\u{FFFD}" : scalar)
        }
        return shown
    }

    /// The value of an environment variable, such as a folder; nil if it is not set.
    package static func environmentVariable(_ name: String) -> String? { getenv(name).map { text(ofCString: $0) } }

    /// The command line's words, starting with the program's name.
    package static var arguments: [String] {
        CommandLine.unsafeArgv.withMemoryRebound(to: UnsafeMutablePointer<CChar>?.self, capacity: 1) { words in
            (0..<Int(CommandLine.argc)).compactMap { words[$0].map { text(ofCString: $0) } }
        }
    }
}

extension String {
    /// Calls `body` with this path as a C string for the system.
    package func withPath<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
        let bytes = PathBytes.bytes(of: self).map { CChar(bitPattern: $0) } + [0]
        return try bytes.withUnsafeBufferPointer { buffer in
            // An array of at least one element has a base address.
            try body(buffer.baseAddress.unsafelyUnwrapped)
        }
    }
}

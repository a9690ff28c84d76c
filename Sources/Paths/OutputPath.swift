import Glibc

/// Where an output is written, and its name while it is incomplete.
package enum OutputPath {
    /// Linux's limit on symbolic links followed in one path.
    private static let mostLinks = 40
    /// Linux's limit on the length of a file name, in bytes.
    package static let longestName = 255

    /// Resolves the symbolic link at `path`, even if its target does not exist yet: writing to a link writes its
    /// target.
    ///
    /// - Throws: `LinkLoop`.
    package static func target(of path: String) throws(LinkLoop) -> String {
        var target = path
        for _ in 0...mostLinks {
            guard let next = readlink(target) else { return target }
            target = next.hasPrefix("/") ? next : folder(of: target) + next
        }
        throw LinkLoop()
    }

    /// Symbolic links that form a loop (ELOOP).
    package struct LinkLoop: Error {}

    /// A temporary name in the folder of `path`, built from its name and `suffix` and short enough for a file system.
    package static func temporary(for path: String, suffix: String) -> String {
        let folder = folder(of: path)
        var name = path.unicodeScalars.dropFirst(folder.unicodeScalars.count)
        while PathBytes.bytes(of: String(name) + suffix).count > longestName, !name.isEmpty { name = name.dropLast() }
        return folder + String(name) + suffix
    }

    /// The path up to and including its last slash; empty if there is none.
    private static func folder(of path: String) -> String {
        path.unicodeScalars.lastIndex(of: "/").map { String(path.unicodeScalars[...$0]) } ?? ""
    }
}

import Glibc

/// Where an output goes, and what it is called while it is not whole.
package enum OutputPath {
    /// Symbolic links that Linux follows in one path.
    private static let mostLinks = 40
    /// Bytes of a file's name, on every file system of Linux.
    package static let longestName = 255

    /// The path behind `path` where that is a symbolic link, even one to a file that is not there yet: writing to a link
    /// writes what it points to.
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

    /// Links that lead nowhere: ELOOP.
    package struct LinkLoop: Error {}

    /// A name beside `path`, made of its own and `suffix`, that is short enough for a file system.
    package static func temporary(for path: String, suffix: String) -> String {
        let folder = folder(of: path)
        var name = path.unicodeScalars.dropFirst(folder.unicodeScalars.count)
        while PathBytes.bytes(of: String(name) + suffix).count > longestName, !name.isEmpty { name = name.dropLast() }
        return folder + String(name) + suffix
    }

    /// All of a path before its last part, with the slash; empty for one of a single part.
    private static func folder(of path: String) -> String {
        path.unicodeScalars.lastIndex(of: "/").map { String(path.unicodeScalars[...$0]) } ?? ""
    }
}

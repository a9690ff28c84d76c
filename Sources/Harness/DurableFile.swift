import Foundation

/// Files that are either whole or not there: temp file → fsync → rename → fsync of the folder.
public enum DurableFile {
    /// Writes `data` to `path`, replacing what was there in one move.
    ///
    /// - Throws: `HarnessError.io` with path, operation and the system's reason; the old file then still stands.
    public static func write(_ data: Data, to path: String) throws {
        let temporary = "\(path).tmp-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw HarnessError.io(path: temporary, operation: "create", code: errno) }
        do {
            try writeAll(data, to: descriptor, path: temporary)
            guard fsync(descriptor) == 0 else {
                throw HarnessError.io(path: temporary, operation: "fsync", code: errno)
            }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        guard close(descriptor) == 0 else { throw HarnessError.io(path: temporary, operation: "close", code: errno) }
        guard rename(temporary, path) == 0 else {
            let code = errno
            unlink(temporary)
            throw HarnessError.io(path: path, operation: "rename", code: code)
        }
        try syncFolder(of: path)
    }

    /// Writes text as UTF-8.
    public static func write(_ text: String, to path: String) throws {
        try write(Data(text.utf8), to: path)
    }

    /// Makes a folder with its parents; the empty path is the working folder.
    public static func makeFolder(_ path: String) throws {
        guard !path.isEmpty else { return }
        if mkdir(path, 0o755) == 0 { return }
        if errno == ENOENT {
            let parent = folder(of: path)
            if parent != path {
                try makeFolder(parent)
                if mkdir(path, 0o755) == 0 { return }
            }
        }
        let code = errno  // Another rank may have been faster.
        var status = stat()
        guard code == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw HarnessError.io(path: path, operation: "make folder", code: code)
        }
    }

    /// The folder a path lies in: empty for one of a single part, "/" for one right below the root.
    ///
    /// Foundation's `deletingLastPathComponent` traps on Linux for some paths of a single part.
    static func folder(of path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true).dropLast()
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    /// Refuses an output that is one of the inputs, by whatever path.
    ///
    /// - Throws: `HarnessError.badInput`.
    public static func requireOther(than inputs: [String], for output: String) throws {
        var target = stat()
        guard stat(output, &target) == 0 else { return }
        for input in inputs {
            var source = stat()
            if stat(input, &source) == 0, source.st_dev == target.st_dev, source.st_ino == target.st_ino {
                throw HarnessError.badInput("\(output): expected another file than the policy, which it would replace")
            }
        }
    }

    /// Finds out whether a file can be made at `path`, before hours are spent on what it is to hold; makes its folder.
    ///
    /// - Throws: `HarnessError.io`.
    public static func requirePlace(for path: String) throws {
        try makeFolder(folder(of: path))
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw HarnessError.io(path: path, operation: "write", code: EISDIR)
        }
        let trial = "\(path).tmp-\(getpid())"
        let descriptor = open(trial, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw HarnessError.io(path: path, operation: "write", code: errno) }
        close(descriptor)
        unlink(trial)
    }

    /// Removes what writers that were killed have left in a folder, which nobody may be writing into.
    public static func removeUnfinished(in folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.contains(".tmp-") { unlink("\(folder)/\(name)") }
    }

    private static func writeAll(_ data: Data, to descriptor: Int32, path: String) throws {
        try data.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let written = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
                if written < 0 && errno == EINTR { continue }
                guard written >= 0 else { throw HarnessError.io(path: path, operation: "write", code: errno) }
                done += written
            }
        }
    }

    private static func syncFolder(of path: String) throws {
        let folder = folder(of: path)
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { throw HarnessError.io(path: folder, operation: "open folder", code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw HarnessError.io(path: folder, operation: "fsync", code: errno) }
    }
}

import Foundation
import Logging

/// A log handler that appends lines to one rank's file, and also says warnings on standard error. Errors end the job, which
/// says them itself.
struct RankLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    private let rank: Int
    private let file: FileHandle

    /// A logger of the given rank that appends to `path`.
    ///
    /// - Throws: `HarnessError.io` when the file cannot be opened.
    static func logger(rank: Int, path: String) throws -> Logger {
        try DurableFile.makeFolder(DurableFile.folder(of: path))
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        guard descriptor >= 0 else { throw HarnessError.io(path: path, operation: "open", code: errno) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        return Logger(label: "active-bench") { _ in RankLog(rank: rank, file: file) }
    }

    private init(rank: Int, file: FileHandle) {
        self.rank = rank
        self.file = file
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = ISO8601DateFormatter().string(from: Date())
        let line = "\(time) \(event.level) \(event.message)\n"
        try? file.write(contentsOf: Data(line.utf8))  // A full disk must not end a run through its log.
        if event.level == .warning {
            let place = rank == 0 ? "" : "rank \(rank): "
            FileHandle.standardError.write(Data("\(event.level): \(place)\(event.message)\n".utf8))
        }
    }
}

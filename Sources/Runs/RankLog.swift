import Console
import Foundation
import Logging
import Storage

/// A log handler that appends to one rank's file and also prints warnings on standard error. Errors are not printed
/// here, because they end the job, which prints them.
struct RankLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    private let rank: Int
    private let file: LogFile

    /// A logger of the given rank that appends to `path`. A log that cannot be written does not end the run.
    static func logger(rank: Int, path: String) -> Logger {
        try? DurableFile.makeFolder(DurableFile.folder(of: path))
        let file = LogFile(path)
        return Logger(label: "active-bench") { _ in RankLog(rank: rank, file: file) }
    }

    private init(rank: Int, file: LogFile) {
        self.rank = rank
        self.file = file
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = ISO8601DateFormatter().string(from: Date())
        file.append("\(time) \(event.level) \(event.message)")
        if event.level == .warning {
            let place = rank == 0 ? "" : "rank \(rank): "
            Console.note("\(event.level): \(place)\(event.message)")
        }
    }
}

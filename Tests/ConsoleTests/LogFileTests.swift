import Console
import Foundation
import ScratchFiles
import Testing

/// A log file loses the lines that cannot be written, and takes lines again as soon as it can be written.
@Suite struct LogFileTests {
    private let folder = TemporaryFolder()

    @Test func linesAreAppended() {
        for word in ["one", "two"] { LogFile(folder("log")).append(word) }
        #expect(text(of: folder("log")) == "one\ntwo\n")
    }

    /// A write error does not end the process. It is reported once.
    @Test(arguments: [
        ("/dev/full", "write: No space left on device"), ("/proc/absent/log", "open: No such file or directory"),
        ("/", "open: Is a directory"),
    ])
    func linesThatCannotBeWrittenAreLost(path: String, reason: String) async throws {
        let child = try await #require(processExitsWith: .success, observing: [\.standardErrorContent]) { [path] in
            let log = LogFile(path)
            for _ in 0..<3 { log.append("lost") }
        }
        let complaints = String(decoding: child.standardErrorContent, as: UTF8.self).split(separator: "\n")
            .filter { $0.contains(path + ": cannot ") }
        #expect(complaints.count == 1 && complaints[0].hasSuffix("cannot \(reason); lines of this log are lost"))
    }

    /// A pipe of two pages without a reader takes the start of a long line; the next line still starts on a new line.
    @Test func aTruncatedLineEnds() throws {
        #expect(mkfifo(folder("pipe"), 0o600) == 0)
        let reader = open(folder("pipe"), O_RDWR | O_NONBLOCK)
        defer { close(reader) }
        #expect(fcntl(reader, 1031, 8192) == 8192)  // F_SETPIPE_SZ of Linux, which Glibc's module leaves out
        let log = LogFile(folder("pipe"))
        log.append(String(repeating: "x", count: 9000))
        var bytes = [UInt8](repeating: 0, count: 9000)
        #expect(read(reader, &bytes, bytes.count) == 8192)
        log.append("next")
        let count = read(reader, &bytes, bytes.count)
        #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "\nnext\n")
    }
}

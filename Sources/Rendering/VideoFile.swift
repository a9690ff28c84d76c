import Console
import Environments
import Failures
import Foundation
import Paths
import Policies
import Processes
import Storage

/// A clip encoded by ffmpeg, a child process that reads raw images from a pipe and writes a temporary file in the
/// clip's folder, in the format given by the clip's extension.
final class VideoFile: ImageSink {
    /// The extensions of clips.
    static let extensions: Set = ["mp4", "m4v", "mov", "mkv", "webm", "avi"]

    private let path: String
    private let target: String
    private let unfinished: String
    /// Descriptor of the clip's folder. ffmpeg gets the path through this number, because its arguments must be text,
    /// and because the full path might be too long.
    private let folder: Int32
    private let process: ChildProgram
    private let images = Pipe()
    private let standardError: FileHandle
    private static let timeout = 120.0  // seconds to wait for ffmpeg to read

    /// Starts ffmpeg. This process ignores SIGPIPE (`Console.prepare`), so an ffmpeg that has ended is an error of
    /// `write`.
    ///
    /// - Throws: `HarnessError.unavailable` if there is no ffmpeg, `.usage` for an odd size, `.io`.
    init(_ path: String, width: Int, height: Int, framesPerSecond: Double) throws {
        guard width % 2 == 0 && height % 2 == 0 else {
            throw HarnessError.usage("--size: expected an even width and height for a clip, found \(width)x\(height)")
        }
        guard let ffmpeg = VideoFile.program("ffmpeg") else {
            throw HarnessError.unavailable(
                "a clip needs the program ffmpeg, which is not on PATH: install it with `apt-get install ffmpeg`, "
                    + "or give --out a folder for frames")
        }
        if try FileCalls.isFolder(path) {
            throw HarnessError.badInput("\(path): expected a place for a clip, found a folder")
        }
        self.path = path
        target = try DurableFile.target(of: path)
        let parent = DurableFile.folder(of: target)
        let name = "clip\(DurableFile.temporarySuffix).\((path as NSString).pathExtension)"
        unfinished = parent.isEmpty || parent == "/" ? parent + name : "\(parent)/\(name)"
        folder = try FileCalls.current.opened(
            parent.isEmpty ? "." : parent, O_RDONLY | O_DIRECTORY, as: "create", of: path)
        try VideoFile.requirePlace(path, unfinished)
        standardError = try VideoFile.namelessFile()
        let words =
            [ffmpeg, "-hide_banner", "-loglevel", "error", "-y"]
            + ["-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", "\(width)x\(height)"]
            + [
                "-framerate", "\(framesPerSecond)", "-i", "pipe:0", "-pix_fmt", "yuv420p",
                "file:/proc/\(getpid())/fd/\(folder)/\(name)",
            ]
        Console.prepare()
        do {
            process = try ChildProgram(
                words, input: .descriptor(images.fileHandleForReading.fileDescriptor), output: .nothing,
                errors: .descriptor(standardError.fileDescriptor), isOfOwnGroup: true)
        } catch {
            Paths.unlink(unfinished)
            throw HarnessError.unavailable("\(ffmpeg): cannot be run: \(String(cString: strerror(error.code)))")
        }
        try? images.fileHandleForReading.close()
        let descriptor = images.fileHandleForWriting.fileDescriptor
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    deinit { close(folder) }

    func write(_ image: Image) throws {
        let descriptor = images.fileHandleForWriting.fileDescriptor
        try image.bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let written = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
                if written >= 0 {
                    done += written
                } else if errno == EAGAIN {
                    try waitForRoom(descriptor)
                } else if errno != EINTR {
                    throw failure()
                }
            }
        }
    }

    func finish() throws {
        try? images.fileHandleForWriting.close()
        guard let end = process.end(within: VideoFile.timeout) else { throw stall() }
        guard end == .exit(0) else { throw failure() }
        try DurableFile.move(unfinished, to: target, named: path)
    }

    func discard() {
        try? images.fileHandleForWriting.close()
        process.send(SIGTERM)
        if process.end(within: 5) == nil { process.send(SIGKILL) }
        Paths.unlink(unfinished)
    }

    // MARK: Errors of ffmpeg

    private func waitForRoom(_ descriptor: Int32) throws {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        let ready = poll(&request, 1, Int32(1000 * VideoFile.timeout))
        if ready == 0 { throw stall() }
    }

    private func stall() -> HarnessError {
        .ffmpeg("\(path): ffmpeg has read nothing for \(Int(VideoFile.timeout)) seconds")
    }

    /// Why ffmpeg has ended, with the last line it printed, if any.
    private func failure() -> HarnessError {
        let how: String
        switch process.end(within: 5) {
        case .exit(let code): how = "code \(code)"
        case .signal(let number): how = "signal \(number)"
        case nil: return .ffmpeg("\(path): ffmpeg reads no more images")
        }
        try? standardError.seek(toOffset: 0)
        let words = String(decoding: (try? standardError.readToEnd()) ?? Data(), as: UTF8.self)
        let last = words.split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
        return .ffmpeg("\(path): ffmpeg has ended with \(how)\(last)")
    }

    // MARK: Checks before ffmpeg starts

    /// The first executable file called `name` in the folders of PATH.
    private static func program(_ name: String) -> String? {
        (PathBytes.environmentVariable("PATH") ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { Paths.access($0, X_OK) == 0 }
    }

    /// Refuses a path where no file can be created.
    private static func requirePlace(_ path: String, _ unfinished: String) throws {
        let descriptor = Paths.open(unfinished, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
        guard descriptor >= 0 else { throw HarnessError.io(path: path, operation: "create", code: errno) }
        close(descriptor)
    }

    /// An unlinked temporary file for ffmpeg's messages: a pipe that no process empties would block ffmpeg.
    private static func namelessFile() throws -> FileHandle {
        var name = Array("/tmp/active-bench-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw HarnessError.io(path: "/tmp", operation: "create a file", code: errno) }
        unlink(name)
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}

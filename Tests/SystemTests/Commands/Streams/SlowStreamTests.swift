import Foundation
import Paths
import ProgramRuns
import ScratchFiles
import Testing

/// Streams that accept data slowly, late or only seemingly, and logs on a full disk.
@Suite struct SlowStreamTests {
    private let folder = TemporaryFolder()

    private static let bytesOfPipe: Int32 = 1031  // F_SETPIPE_SZ of Linux, which Glibc's module leaves out

    /// Starts active-bench with pipes or files that the test reads.
    private func start(_ arguments: [String], output: Any? = nil, error: Any? = nil) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: RunningProcess.path(of: "active-bench"))
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["ACTIVE_BENCH_DATA": SystemRun.inputs.path]
        ) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = error ?? FileHandle.nullDevice
        try process.run()
        return process
    }

    /// A non-blocking pipe of one page, whose reader takes a few bytes at a time.
    @Test func aSlowReaderGetsEverything() throws {
        let pipe = Pipe()
        let (reading, writing) = (pipe.fileHandleForReading.fileDescriptor, pipe.fileHandleForWriting.fileDescriptor)
        #expect(fcntl(writing, Self.bytesOfPipe, 4096) == 4096)
        #expect(fcntl(writing, F_SETFL, fcntl(writing, F_GETFL) | O_NONBLOCK) == 0)
        let script = ["--generate-completion-script", "bash"]
        let process = try start(script, output: pipe.fileHandleForWriting)
        try pipe.fileHandleForWriting.close()
        var found: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 500)
        while true {
            let count = read(reading, &bytes, bytes.count)
            guard count > 0 else { break }
            found += bytes.prefix(count)
            usleep(500)
        }
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        let whole = try ChildProcess.run("active-bench", script).standardOutput
        #expect(found.count > 3 * 4096 && String(decoding: found, as: UTF8.self) == whole)
    }

    /// Progress goes to a pipe or terminal that is full and not read: the training goes on.
    @Test(arguments: [false, true]) func trainingDoesNotWaitForAReader(isTerminal: Bool) throws {
        let (reading, writing) = try isTerminal ? terminal() : pipe()
        defer { for descriptor in [reading, writing] { close(descriptor) } }
        // Fills the pipe.
        #expect(fcntl(writing, F_SETFL, O_NONBLOCK) == 0)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 100)
        while write(writing, line, line.count) > 0 {}
        while write(writing, line, 1) > 0 {}
        #expect(fcntl(writing, F_SETFL, 0) == 0)

        put(SystemRun.study.utf8, at: folder("study.yaml"))
        let process = try start(
            ["run", folder("study.yaml"), "--out", folder("out")], error: FileHandle(fileDescriptor: writing))
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        expectEqual(SystemRun.results(folder("out")), SystemRun.reference)
    }

    private func pipe() throws -> (reading: Int32, writing: Int32) {
        var descriptors: [Int32] = [-1, -1]
        try #require(Glibc.pipe(&descriptors) == 0)
        return (descriptors[0], descriptors[1])
    }

    private func terminal() throws -> (reading: Int32, writing: Int32) {
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var (lock, number): (Int32, Int32) = (0, 0)
        // TIOCSPTLCK and TIOCGPTN of Linux, which unlockpt and ptsname use.
        try #require(ioctl(master, 0x4004_5431, &lock) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
        return (master, open("/dev/pts/\(number)", O_RDWR | O_NOCTTY))
    }

    /// A file system accepts writes and reports the error on close.
    @Test func anErrorOnCloseIsReported() throws {
        let library = RunningProcess.path(of: "librefused-closing.so")
        #expect(FileManager.default.fileExists(atPath: library))
        for (arguments, code) in [
            (["config", "IQL", "hopper-medium-v2"], 74), (["--help"], 74), (["config", "IQL"], 64),
        ] {
            let child = try ChildProcess.run("active-bench", arguments, environment: ["LD_PRELOAD": library])
            #expect(child.exitCode == Int32(code), "\(child.output)")
            guard code == 74 else { continue }
            #expect(child.errorLines == ["standard output: cannot write: Disk quota exceeded"])
        }
    }

    /// A log on a full disk, or one that cannot be opened, is reported once, and the run is not affected.
    @Test(arguments: [("write", "No space left on device"), ("open", "Is a directory")])
    func aLostLogDoesNotAffectTheRun(operation: String, reason: String) throws {
        let log = folder("out/logs/rank-0000.log")
        try FileManager.default.createDirectory(atPath: folder("out/logs"), withIntermediateDirectories: true)
        if operation == "write" {
            #expect(symlink("/dev/full", log) == 0)
        } else {
            #expect(mkdir(log, 0o755) == 0)
        }
        let child = try SystemRun.run(in: folder, ranks: 1)
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.errorLines == ["\(log): cannot \(operation): \(reason); lines of this log are lost"])
        expectEqual(SystemRun.results(folder("out")), SystemRun.reference)
    }
}

import Failures
import Foundation
import Paths
import ScratchFiles
import Storage
import Testing

@Suite struct DurableFileTests {
    let folder = TemporaryFolder()

    private func refusal(_ body: () throws -> Void) -> HarnessError? {
        #expect(throws: HarnessError.self) { try body() }
    }

    @Test func replacesTheWholeFile() throws {
        let path = folder("a")
        try DurableFile.write("a longer first text", to: path)
        try DurableFile.write("second", to: path)
        #expect(text(of: path) == "second")
        try DurableFile.write(Data(), to: path)
        #expect(bytes(of: path).isEmpty && folder.contents == ["a"], "no temporary file is left")
    }

    @Test func anAbsentFolder() {
        let error = refusal { try DurableFile.write("x", to: folder("absent/a")) }
        #expect(error?.exitStatus == .io)
        let sentence = error.map { "\($0)" } ?? ""
        #expect(
            sentence.hasPrefix(folder("absent/a")) && sentence.hasSuffix(": cannot create: No such file or directory"))
    }

    /// The temporary file can be written, but a folder has the file's name.
    @Test func aFailedReplacementLeavesNothingBehind() throws {
        try DurableFile.makeFolder(folder("a/b"))
        let error = refusal { try DurableFile.write("x", to: folder("a")) }
        #expect(error == .badInput("\(folder("a")): expected a place for a file, found a folder"))
        #expect(folder.contents == ["a"])
        #expect(files(below: folder.path).isEmpty)
    }

    /// A limit on the size of this process's files acts as a full disk.
    @Test func aFailedWriteKeepsTheOldFile() throws {
        let path = folder("a")
        try DurableFile.write("old", to: path)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        let before = limit
        signal(SIGXFSZ, SIG_IGN)
        limit.rlim_cur = 1000
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        let error = refusal { try DurableFile.write(Data(count: 5000), to: path) }
        limit = before
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
        guard case .io(let where_, "write 5000 bytes", EFBIG)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(where_ == path)
        #expect(text(of: path) == "old")
        #expect(folder.contents == ["a"])
    }

    @Test func makesFoldersWithTheirParents() throws {
        try DurableFile.makeFolder(folder("a/b/c"))
        try DurableFile.makeFolder(folder("a/b/c"))
        #expect(access(folder("a/b/c"), F_OK) == 0)
        try DurableFile.makeFolder("")  // the folder of "a.hdf5"
        put([1], at: folder("file"))
        let error = refusal { try DurableFile.makeFolder(folder("file/sub")) }
        #expect(
            error == .io(path: folder("file/sub"), operation: "make folder", code: ENOTDIR),
            "\(String(describing: error))")
        #expect(
            refusal { try DurableFile.makeFolder(folder("file")) }
                == .badInput("\(folder("file")): expected a folder, or a place for one, found a file"))
    }
}

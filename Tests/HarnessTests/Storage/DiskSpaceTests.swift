import Failures
import ScratchFiles
import Storage
import Testing

@Suite struct DiskSpaceTests {
    private let folder = TemporaryFolder()

    @Test func whatFitsIsAllowedAndTooMuchIsRefused() throws {
        for path in [folder("a"), "a"] {
            try DiskSpace.require(1, for: path)
            let error = #expect(throws: HarnessError.self) { try DiskSpace.require(1 << 60, for: path) }
            #expect(error?.exitStatus == .io)
            let sentence = "\(path): expected 1099511627776 MiB of free space in its file system, found "
            #expect(error?.description.hasPrefix(sentence) == true, "\(error?.description ?? "")")
        }
    }

    /// Whatever is wrong with the folder is found when the file is created.
    @Test func anUnknownFileSystemIsNotRefused() throws { try DiskSpace.require(1 << 60, for: folder("absent/a")) }
}

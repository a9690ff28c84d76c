import Glibc
import HDF5
import ScratchFiles
import Testing

/// An I/O error is distinguished from a damaged file.
@Suite struct SystemErrorTests {
    let folder = TemporaryFolder()

    /// Reasons in the words of HDF5 1.10 and 1.14, the most specific first.
    @Test(
        arguments: [
            (
                [
                    "file read failed: time = Thu Nov 26 19:30:03 2026\n, filename = 'a.hdf5', file descriptor = 3, errno = 5, "
                        + "error message = 'Input/output error', buf = 0x7ffd, total read size = 8, bytes this sub-read = 8, "
                        + "bytes actually read = 18446744073709551615, offset = 0", "driver read request failed",
                ], EIO
            ),
            (
                [
                    "unable to open file: name = 'b, errno = 2', errno = 116, error message = 'Stale file handle', flags = 0, "
                        + "o_flags = 0", "unable to open file",
                ], ESTALE
            ),
            (["unable to fstat file, errno = 110, error message = 'Connection timed out'"], ETIMEDOUT),
            (["can't read chunk", "file read failed: x, errno = 12, error message = 'y'"], ENOMEM),
            // No error of the system is reported, whatever names in the file contain.
            (["no object 'file read failed, errno = 5' found"], nil), (["bad version number"], nil), ([], nil),
            (["file read failed: addr overflow, addr = 512, size = 96"], nil),
            (["file read failed: x, errno = 0, error message = 'Success'"], nil),
            (["file read failed: x, errno = , error message = ''"], nil),
        ] as [([String], Int32?)])
    func reasonsOfTheLibrary(reasons: [String], code: Int32?) {
        let reason = HDF5Error.Reason(call: "H5Dread", reasons)
        if let code {
            #expect(reason == .system(call: "H5Dread", code: code))
        } else {
            let text = reasons.first ?? "no reason given"
            #expect(reason == .library(call: "H5Dread", text: text))
        }
    }

    /// Reading /proc/self/mem at offset 0 fails with EIO.
    @Test func aFileThatCannotBeRead() {
        symlink("/proc/self/mem", folder("a.hdf5"))
        let error = #expect(throws: HDF5Error.self) { try HDF5File(readingFrom: folder("a.hdf5")) }
        #expect(error?.reason == .system(call: "H5Fopen", code: EIO))
    }
}

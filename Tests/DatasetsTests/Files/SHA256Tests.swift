import Datasets
import Glibc
import ScratchFiles
import Testing

@Suite struct SHA256Tests {
    let folder = TemporaryFolder()

    @Test func knownDigests() throws {
        put("abc".utf8, at: folder("abc"))
        #expect(
            try sha256(ofFile: folder("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        put([UInt8](repeating: 0x61, count: 1_000_000 * 3), at: folder("long"))  // more than one read buffer
        #expect(
            try sha256(ofFile: folder("long")) == "2a152c894398719c0570f83fac34ac03a0f6e8e474b995c2403aa5434f7b9dd4")
    }

    @Test func anAbsentFileIsAnError() {
        #expect(
            throws: DatasetError(file: "/proc/absent", expected: "a readable file", found: "No such file or directory")
        ) {
            try sha256(ofFile: "/proc/absent")
        }
    }

    @Test func endlessFilesAreNotRead() {
        mkfifo(folder("pipe"), 0o600)
        for path in [folder("pipe"), "/dev/zero", folder.path] {
            let error = DatasetError(file: path, expected: "a regular file", found: "a folder, pipe or device")
            #expect(throws: error) { try checkSHA256(String(repeating: "0", count: 64), ofFile: path) }
        }
    }
}

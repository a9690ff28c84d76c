import Datasets
import Glibc
import ScratchFiles
import Testing

/// Data that exist but cannot be read are never reported as absent, and a failure of the system never as damage.
@Suite struct UnreadableDatasetTests {
    let folder = TemporaryFolder()
    private let id = MinariID("mujoco/hopper/medium-v0")

    /// The parts of the path of a Minari dataset, from its root on.
    static let parts = [
        "", "/mujoco", "/mujoco/hopper/medium-v0", "/mujoco/hopper/medium-v0/data",
        "/mujoco/hopper/medium-v0/data/main_data.hdf5", "/mujoco/hopper/medium-v0/data/metadata.json",
    ]

    /// Creates a Minari dataset in the folder `minari`, up to and without the part `left`.
    private func make(upTo left: String) {
        for part in Self.parts where !left.isEmpty && !part.hasPrefix(left) {
            let path = folder("minari") + part
            if part.contains(".") { put("{}".utf8, at: path) } else { mkdir(path, 0o777) }
            if part == "/mujoco" { mkdir(path + "/hopper", 0o777) }
        }
    }

    @Test(arguments: parts) func linksInACircle(part: String) throws {
        make(upTo: part)
        symlink(folder("minari") + part, folder("minari") + part)
        let id = try #require(self.id)
        let error = #expect(throws: DatasetError.self) { try MinariFolder.find(id, in: folder("minari")) }
        #expect(error?.found == "Too many levels of symbolic links" && error?.isSystemFailure == true)
        let whole = folder("minari") + Self.parts[part.hasSuffix("hdf5") || part.hasSuffix("json") ? 4 : 2]
        for look in [
            { _ = try MinariFolder(at: whole) }, { _ = try StoredDataset.read(path: whole) },
        ] as [() throws -> Void] {
            #expect(throws: DatasetError.self, performing: look)
        }
    }

    @Test(arguments: parts.prefix(4)) func foldersThatAreClosed(part: String) throws {
        make(upTo: "nothing")
        let closed = folder("minari") + part
        chmod(folder.path, 0o755)
        chmod(closed, 0)
        defer { chmod(closed, 0o755) }
        let id = try #require(self.id)
        let error = asNobody { #expect(throws: DatasetError.self) { try MinariFolder.find(id, in: folder("minari")) } }
        #expect(error?.found == "Permission denied" && error?.isSystemFailure == true, "\(String(describing: error))")
    }

    @Test func absentDatasets() throws {
        make(upTo: "/mujoco/hopper/medium-v0")
        let id = try #require(self.id)
        let error = #expect(throws: DatasetError.self) { try MinariFolder.find(id, in: folder("minari")) }
        #expect(error?.found == "none" && error?.isSystemFailure == false)
        #expect(try !MinariFolder.isDataset(at: folder("minari/none")))
        #expect(try StoredDataset.layout(at: folder("minari/none")) == .either)
    }

    @Test(arguments: ["loop", "closed"]) func foldersThatCannotBeListed(kind: String) {
        let path = folder("data")
        chmod(folder.path, 0o755)
        if kind == "loop" { symlink(path, path) } else { mkdir(path, 0o311) }
        let error = asNobody {
            #expect(throws: DatasetError.self) { try DatasetLocation(folders: [folder("none"), path]).listings() }
        }
        #expect(
            error?.file == path && error?.expected == "a folder that can be listed" && error?.isSystemFailure == true)
    }

    /// Reading /proc/self/mem at offset 0 fails with EIO.
    @Test func anIOError() throws {
        make(upTo: "/mujoco/hopper/medium-v0/data/main_data.hdf5")
        let data = folder("minari") + Self.parts[4]
        for path in [folder("hopper_medium-r1.hdf5"), data] { symlink("/proc/self/mem", path) }
        for look in [
            { _ = try D4RLFile(path: folder("hopper_medium-r1.hdf5")) },
            { _ = try StoredDataset.read(path: folder("hopper_medium-r1.hdf5")) },
            { _ = try sha256(ofFile: folder("hopper_medium-r1.hdf5")) },
            { _ = try StoredDataset.read(path: folder("minari") + Self.parts[2]) },
            { _ = try MinariMetadata(at: data) },
        ] as [() throws -> Void] {
            let error = #expect(throws: DatasetError.self, performing: look)
            #expect(
                error?.found == "Input/output error" && error?.isSystemFailure == true, "\(String(describing: error))")
        }
    }
}

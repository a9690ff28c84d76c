import Datasets
import Glibc
import ScratchFiles
import Suites
import Testing

@Suite struct DatasetLocationTests {
    let folder = TemporaryFolder()

    @Test func namesFollowD4RL() {
        #expect(DatasetLocation.fileName(for: "hopper-medium-r1") == "hopper_medium-r1.hdf5")
        #expect(DatasetLocation.fileName(for: "hopper-medium-replay-r1") == "hopper_medium_replay-r1.hdf5")
        #expect(DatasetLocation.fileName(for: "walker2d-medium-expert-v2") == "walker2d_medium_expert-v2.hdf5")
        #expect(
            DatasetLocation.fileName(for: "kitchen-complete-v0") == "mini_kitchen_microwave_kettle_light_slider-v0.hdf5"
        )
        for bad in ["", "hopper", "hopper-medium", "../hopper-v2", "hopper-medium-v", "hopper--v2", "a/b-v2"] {
            #expect(DatasetLocation.fileName(for: bad) == nil, "\(bad)")
        }
    }

    @Test func fileNamesTellTheirDataset() {
        for dataset in D4RLCatalogue.names + ["hopper-medium-replay-r1", "mine-v3"] {
            #expect(DatasetLocation.dataset(ofFile: DatasetLocation.fileName(for: dataset) ?? "") == dataset)
        }
        for bad in [
            "", ".hdf5", "hopper.hdf5", "hopper-medium-r1.hdf5", "hopper_medium-r1.hdf5.part", "variant-1.hdf5",
        ] {
            #expect(DatasetLocation.dataset(ofFile: bad) == nil, "\(bad)")
        }
    }

    @Test func publishedNamesFollowTheRuleForLocomotion() {
        for (name, entry) in D4RLCatalogue.entries where !name.hasPrefix("antmaze") && !name.hasPrefix("kitchen") {
            let words = name.split(separator: "-")
            #expect(entry.fileName == words.dropLast().joined(separator: "_") + "-\(words.last ?? "").hdf5")
        }
        #expect(D4RLCatalogue.entries.values.allSatisfy { $0.sha256.count == 64 && $0.bytes > 0 })
    }

    @Test func foldersComeFromTheEnvironment() {
        func folders(_ variables: [String: String]) -> [String] {
            DatasetLocation(variables: { variables[$0] }).folders
        }
        #expect(folders(["HOME": "/h"]) == ["/h/.local/share/active-bench/datasets", "/h/.d4rl/datasets"])
        #expect(
            folders(["HOME": "/h", "XDG_DATA_HOME": "/x"]) == ["/x/active-bench/datasets", "/h/.d4rl/datasets"])
        #expect(
            folders(["HOME": "/h", "ACTIVE_BENCH_DATA": "/a", "D4RL_DATASET_DIR": "/d"]) == ["/a", "/d"])
        #expect(folders(["HOME": "/h", "ACTIVE_BENCH_DATA": "", "D4RL_DATASET_DIR": "/d"]) == ["/d"])
    }

    @Test func filesAreFoundInOrder() throws {
        put([1], at: folder("hopper_medium-r1.hdf5"))
        #expect(
            try DatasetLocation(folders: ["/proc/absent", folder.path]).find("hopper-medium-r1")
                == folder("hopper_medium-r1.hdf5"))
    }

    @Test func listingsTellTheStateOfEachFile() throws {
        let location = DatasetLocation(folders: ["/proc/absent", folder.path])
        put([1, 2], at: folder("hopper_medium-v2.hdf5"))
        put([1, 2, 3], at: folder("hopper_medium-r1.hdf5"))
        put([1], at: folder("notes.txt"))
        #expect(try location.listings().map(\.dataset) == D4RLCatalogue.names + ["hopper-medium-r1"])
        #expect(try location.listings().count { $0.state == .absent } == 17)
        let wrong = location.listing("hopper-medium-v2")
        #expect(wrong.state == .wrongSize && wrong.bytes == 2 && wrong.publishedBytes == 152_756_557)
        #expect(wrong.folder == folder.path && wrong.url?.hasSuffix("gym_mujoco_v2/hopper_medium-v2.hdf5") == true)
        let own = location.listing("hopper-medium-r1")
        #expect(own.state == .present && own.bytes == 3 && own.file == "hopper_medium-r1.hdf5")
        #expect(own.publishedBytes == nil && own.url == nil)
        let absent = location.listing("walker2d-medium-v2")
        #expect(absent.state == .absent && absent.folder == nil && absent.bytes == nil)
        truncate(folder("hopper_medium-v2.hdf5"), 152_756_557)  // a sparse file, which takes no space
        #expect(location.listing("hopper-medium-v2").state == .present, "a listing compares sizes alone")
    }

    /// A reason why a file cannot be read, for example that its permissions or its folder's forbid it.
    enum Obstacle: CaseIterable, Sendable {
        case mode, closedFolder, folder, pipe, linkLoop

        /// Creates the obstacle at `folder/name`; returns the reason that the error must name.
        func make(_ name: String, in folder: String) -> String {
            let path = "\(folder)/\(name)"
            switch self {
            case .mode:
                put([1], at: path)
                chmod(path, 0)
            case .closedFolder:
                put([1], at: path)
                chmod(folder, 0)
            case .folder: mkdir(path, 0o777)
            case .pipe: mkfifo(path, 0o666)
            case .linkLoop: symlink(path, path)
            }
            return switch self {
            case .mode, .closedFolder: "expected a readable file, found Permission denied"
            case .folder, .pipe: "expected a regular file, found a folder, pipe or device"
            case .linkLoop: "expected a readable file, found Too many levels of symbolic links"
            }
        }
    }

    /// An existing file that cannot be read is never reported as absent, even where a later folder has a good file.
    @Test(arguments: Obstacle.allCases) func unreadableFilesAreNotAbsent(obstacle: Obstacle) throws {
        let name = "hopper_medium-r1.hdf5"
        let (closed, open) = (folder("closed"), folder("open"))
        for path in [closed, open] { mkdir(path, 0o777) }
        chmod(folder.path, 0o755)
        let sentence = "\(closed)/\(name): " + obstacle.make(name, in: closed)
        defer { chmod(closed, 0o755) }
        put([1, 2], at: "\(open)/\(name)")
        let location = DatasetLocation(folders: [closed, open])
        let (error, listing) = asNobody {
            (
                #expect(throws: DatasetError.self) { try location.find("hopper-medium-r1") },
                location.listing("hopper-medium-r1")
            )
        }
        #expect(error?.description == sentence)
        #expect(listing.state == .unreadable && listing.reason == sentence && listing.bytes == nil)
        #expect(listing.folder == closed && listing.file == name)
        if obstacle != .closedFolder {
            let other = location.listing("hopper-expert-r1")
            #expect(other.state == .absent && other.reason == nil)
        }
        #expect(try DatasetLocation(folders: [name, open]).find("hopper-medium-r1") == "\(open)/\(name)")
    }

    @Test(arguments: [
        ("hopper_medium-v2.hdf5", true), ("kitchen_microwave_kettle_light_slider-v0.hdf5", true),
        ("Ant_maze_u-maze_noisy_multistart_False_multigoal_False_sparse_fixed.hdf5", true),
        ("hopper_medium-r1.hdf5", false), ("mine.hdf5", false), ("hopper_random-v2.hdf5", false),
    ])
    func filesWithAPublishedName(name: String, isPublished: Bool) throws {
        let path = folder(name)
        let digest = D4RLCatalogue.entry(ofFile: path)?.entry.sha256 ?? ""
        #expect(D4RLCatalogue.note(onFile: path, sha256: digest) == nil)
        let note = D4RLCatalogue.note(onFile: path, sha256: String(digest.reversed()))
        #expect((note != nil) == isPublished && note.map { $0.hasPrefix("\(path) is not D4RL's published ") } ?? true)
    }

    @Test func absentFilesAreExplained() {
        func refusal(_ name: String) -> String {
            let error = #expect(throws: DatasetError.self) { try DatasetLocation(folders: ["/a", "/b"]).find(name) }
            return error?.description ?? ""
        }
        #expect(
            refusal("hopper-medium-r1")
                == "hopper_medium-r1.hdf5: expected the file of hopper-medium-r1 in /a or /b, found none; make it with "
                + "`jobs/make-datasets.sh hopper-medium-r1`, or set ACTIVE_BENCH_DATA to its folder")
        #expect(
            refusal("hopper-mine-r1").hasSuffix(
                "make it with `active-bench collect rollout`, or set ACTIVE_BENCH_DATA to its folder"))
        #expect(
            refusal("hopper-medium-v2")
                == "hopper_medium-v2.hdf5: expected the file of hopper-medium-v2 in /a or /b, found none; get it with "
                + "`jobs/fetch-d4rl.sh hopper-medium-v2` (152756557 bytes from http://rail.eecs.berkeley.edu/datasets/"
                + "offline_rl/gym_mujoco_v2/hopper_medium-v2.hdf5), or set ACTIVE_BENCH_DATA to its folder")
        #expect(
            refusal("mine-v3")
                == "mine-v3.hdf5: expected the file of mine-v3 in /a or /b, found none; put it there, or set "
                + "ACTIVE_BENCH_DATA to its folder")
        #expect(
            refusal("../x")
                == "../x: expected a dataset's name such as hopper-medium-replay-v2, found '../x'")
    }
}

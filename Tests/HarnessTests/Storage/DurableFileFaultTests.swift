import Cases
import Failures
import Foundation
import Processes
import ScratchFiles
import Storage
import Testing

/// If any one call of a save and a load fails, the old checkpoint or the new one remains, complete.
@Suite struct DurableFileFaultTests {
    /// A folder with checkpoints of steps 10 and 20, into which a checkpoint of step 30 is saved.
    private struct Scene {
        let folder = TemporaryFolder()
        var store: CheckpointStore { CheckpointStore(folder: folder.path) }

        init() throws { for step in [10, 20] { try store.save(ExampleCheckpoint.make(step: step)) } }

        func save() throws { try store.save(ExampleCheckpoint.make(step: 30)) }

        func load() throws -> (checkpoint: Checkpoint?, notices: [String]) {
            let newest = try store.newest(
                for: "IQL/hopper/default/seed-0", configuration: ExampleCheckpoint.configuration,
                datasetSHA256: ExampleCheckpoint.dataset)
            return (newest.found?.checkpoint, newest.notices)
        }

        func saveAndLoad() throws -> (checkpoint: Checkpoint?, notices: [String]) {
            try save()
            return try load()
        }

        /// The newest checkpoint's step, after checks that it is complete and that no unfinished file is left.
        func stepLeft(_ comment: Comment) throws -> Int? {
            let found = try load()
            #expect(found.notices.isEmpty, comment)
            let step = try #require(found.checkpoint?.step, comment)
            #expect(try found.checkpoint?.encoded() == ExampleCheckpoint.make(step: step).encoded(), comment)
            #expect(!folder.contents.contains { $0.contains(".tmp-") }, comment)
            return step
        }
    }

    /// The number of file calls of a save and a load without faults.
    private func calls(of kind: FaultyFileCalls.Kind? = nil) throws -> Int {
        let counting = FaultyFileCalls(nil, of: kind)
        let scene = try Scene()
        #expect(try counting.run { try scene.saveAndLoad() }.checkpoint?.step == 30)
        return counting.count
    }

    @Test func interruptedAndPartialCallsAreContinued() throws {
        let all = try calls()
        #expect((12...40).contains(all), "\(all)")
        for fault in [FaultyFileCalls.Fault.error(EINTR), .half] {
            for index in 1...all {
                let scene = try Scene()
                let found = try FaultyFileCalls(fault, at: index).run { try scene.saveAndLoad() }
                #expect(found.checkpoint?.step == 30 && found.notices.isEmpty, "\(fault) at call \(index)")
                #expect(try scene.stepLeft("\(fault) at call \(index)") == 30)
                #expect(scene.folder.contents.count == 2)
            }
        }
    }

    @Test func errorsAreReportedAndLeaveACompleteCheckpoint() throws {
        let all = try calls()
        var failures = 0
        var olds = 0
        for index in 1...all {
            let scene = try Scene()
            let comment: Comment = "EIO at call \(index)"
            do {
                let found = try FaultyFileCalls(.error(EIO), at: index).run { try scene.saveAndLoad() }
                #expect(found.checkpoint?.step == 30 && found.notices.isEmpty, comment)
            } catch let error as HarnessError {
                failures += 1
                guard case .io(let path, let operation, EIO) = error else {
                    Issue.record("\(comment): \(error)")
                    continue
                }
                #expect(path.hasPrefix(scene.folder.path) && !path.contains(".tmp-") && !operation.isEmpty, comment)
            }
            if try scene.stepLeft(comment) == 20 { olds += 1 }
        }
        #expect(failures >= 10, "all but closing files that were only read, \(failures) of \(all)")
        #expect(olds == 5, "open, write, fsync, close, rename")
    }

    @Test func noSpaceAtTheNthWrite() throws {
        let writes = try calls(of: .write)
        for index in 1...20 {
            let scene = try Scene()
            let faulty = FaultyFileCalls(.error(ENOSPC), at: index, of: .write)
            let size = try ExampleCheckpoint.make(step: 30).encoded().count
            do {
                #expect(try faulty.run { try scene.saveAndLoad() }.checkpoint?.step == 30)
                #expect(index > writes)
            } catch let error as HarnessError {
                #expect(index <= writes)
                let path = scene.folder("checkpoint-0000000030.bin")
                #expect("\(error)" == "\(path): cannot write \(size) bytes: No space left on device")
                #expect(error.exitStatus == .io)
                #expect(try scene.stepLeft("ENOSPC at write \(index)") == 20)
                try scene.save()  // There is space again.
            }
            #expect(try scene.stepLeft("after write \(index)") == 30)
        }
    }

    @Test func aWriteOfZeroBytesIsAnError() throws {
        let scene = try Scene()
        let error = #expect(throws: HarnessError.self) {
            try FaultyFileCalls(.nothing, at: 1, of: .write).run { try scene.save() }
        }
        #expect(error?.exitStatus == .io)
        #expect(try scene.stepLeft("nothing written") == 20)
    }

    /// From some call on no call has any effect, not even those that clean up.
    @Test func deathLeavesTheOldOrTheNewCheckpoint() throws {
        let all = try calls()
        var steps: Set<Int> = []
        for index in 1...all {
            let scene = try Scene()
            _ = try? FaultyFileCalls(.death, at: index).run { try scene.saveAndLoad() }
            DurableFile.removeUnfinished(in: scene.folder.path)
            if let step = try scene.stepLeft("death at call \(index)") { steps.insert(step) }
        }
        #expect(steps == [20, 30])
    }

    /// The process is really killed, through the variable for fault injection.
    @Test(arguments: [
        "kill-at-file-call=1", "kill-at-file-call=2", "kill-at-file-call=3", "kill-at-file-call=5",
        "kill-at-file-call=6", "kill-at-file-call=12", "kill-at-checkpoint-byte=0", "kill-at-checkpoint-byte=1",
        "kill-at-checkpoint-byte=3000",
    ])
    func killed(_ fault: String) async throws {
        let scene = try Scene()
        setenv("ACTIVE_BENCH_FAULT", fault, 1)
        setenv("ACTIVE_BENCH_TEST_FOLDER", scene.folder.path, 1)
        defer {
            unsetenv("ACTIVE_BENCH_FAULT")
            unsetenv("ACTIVE_BENCH_TEST_FOLDER")
        }
        await #expect(processExitsWith: .signal(SIGKILL)) {
            let folder = ProcessInfo.processInfo.environment["ACTIVE_BENCH_TEST_FOLDER"] ?? ""
            try CheckpointStore(folder: folder).save(ExampleCheckpoint.make(step: 30))
        }
        let unfinished = scene.folder.contents.filter { $0.contains(".tmp-") }
        if fault.contains("byte") {
            let file = try #require(unfinished.first)
            #expect("\(bytes(of: scene.folder(file)).count)" == fault.split(separator: "=")[1])
        }
        DurableFile.removeUnfinished(in: scene.folder.path)
        #expect(try scene.stepLeft("\(fault)") == (fault.hasSuffix("=6") || fault.hasSuffix("=12") ? 30 : 20))
    }

    @Test func onlyAbandonedTemporaryFilesAreRemoved() throws {
        let folder = TemporaryFolder()
        let dead = try ClaimTests.deadProcess()
        let (gone, clone) = (IdentityTests.other(pid: dead), IdentityTests.other(pid: dead))
        let marker = IdentityTests.Marker(gone)
        // Names by commit 3485ba6, by earlier programs, and of processes that are or may be alive; and the files' ages.
        let stays = [
            ("a", 9000.0), ("b.tmp-node-7-\(dead)", 3500), ("b.tmp-\(CurrentProcess.host)-\(dead)", 3500),
            ("b.tmp-1", 3500),
            ("c.tmp-\(clone)", 3500), ("c.tmp-\(IdentityTests.other(kernel: 7))", 3500),
        ]
        let goes = [
            ("d.tmp-\(gone)", 0.0), ("d.tmp-\(CurrentProcess.identity)", 0), ("e.tmp-node-7-1", 3700),
            ("e.tmp-\(CurrentProcess.host)-1", 3700), ("e.tmp-1", 3700), ("f.tmp-\(clone)", 3700),
        ]
        for (name, age) in stays + goes {
            put([1], at: folder(name))
            setAge(of: folder(name), to: age)
        }
        DurableFile.removeUnfinished(in: folder.path)
        #expect(folder.contents == stays.map(\.0).sorted())
        withExtendedLifetime(marker) {}
    }
}

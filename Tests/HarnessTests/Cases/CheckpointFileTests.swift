import Cases
import Failures
import Foundation
import Processes
import ScratchFiles
import Storage
import Testing

@Suite struct CheckpointFileTests {
    private let folder = TemporaryFolder()
    private var store: CheckpointStore { CheckpointStore(folder: folder.path) }

    private func newest(
        _ identifier: String = "IQL/hopper/default/seed-0", configuration: String = ExampleCheckpoint.configuration,
        dataset: String = ExampleCheckpoint.dataset
    ) throws -> (checkpoint: Checkpoint?, notices: [String]) {
        let newest = try store.newest(for: identifier, configuration: configuration, datasetSHA256: dataset)
        return (newest.found?.checkpoint, newest.notices)
    }

    @Test func everyBitComesBack() throws {
        let before = ExampleCheckpoint.make(step: 20)
        let data = try before.encoded()
        let after = try Checkpoint.decode(data, path: "x")
        #expect(after.caseIdentifier == before.caseIdentifier && after.step == 20)
        #expect(after.configuration == before.configuration && after.datasetSHA256 == before.datasetSHA256)
        #expect(after.libraries == before.libraries)
        #expect(after.tensors.map(\.name) == ["v.0/parameters", "v.0/adam.m", "odd"])
        for (a, b) in zip(after.tensors, before.tensors) { #expect(bits(a.values) == bits(b.values)) }
        #expect(after.scalars.mapValues(\.bitPattern) == before.scalars.mapValues(\.bitPattern))
        #expect(after.scalars.count == 6)
        let scores = { (checkpoint: Checkpoint) in
            checkpoint.progress.evaluations.flatMap { [$0.score, $0.meanReturn] + $0.episodes.map(\.return) }
        }
        #expect(bits(scores(after)) == bits(scores(before)) && scores(after).count == 12)
        #expect(after.progress.divergence == before.progress.divergence && after.progress.divergence != nil)
        #expect(after.progress.warning == before.progress.warning)
        #expect(
            after.progress.simulatorWarning == .init(step: 5, text: "episode 0: MuJoCo warned: nefc", episodes: 2))
        #expect(after.progress.outputs == before.progress.outputs && after.progress.outputs.count == 1)
        #expect(try after.encoded() == data)
    }

    @Test func equalStatesGiveEqualBytes() throws {
        let one = ExampleCheckpoint.make(step: 7)
        var other = ExampleCheckpoint.make(step: 7)
        other.scalars = [:]  // Filled in another order, in a dictionary with another hash seed.
        for (name, value) in one.scalars.sorted(by: { $0.key > $1.key }) { other.scalars[name] = value }
        #expect(try one.encoded() == other.encoded())
        other.tensors[0].values[3] = other.tensors[0].values[3].nextUp
        #expect(try one.encoded() != other.encoded())
        let text = String(decoding: try one.encoded(), as: UTF8.self)
        for word in [CurrentProcess.host, "\(getpid())", folder.path] where word.utf8.count > 3 {
            #expect(!text.contains(word), "no trace of where it was written")
        }
    }

    @Test func absentPartsAreErrors() throws {
        let checkpoint = ExampleCheckpoint.make(step: 3)
        #expect(try checkpoint.tensor("v.0/adam.m", count: 0).isEmpty)
        #expect(try checkpoint.tensor("odd", count: 5).count == 5 && checkpoint.scalar("adam.t") == 7)
        let other = #expect(throws: HarnessError.self) { try checkpoint.tensor("odd", count: 4) }
        #expect(other.map { "\($0)" }?.hasSuffix("expected 4 numbers of odd, found 5") == true)
        let none = #expect(throws: HarnessError.self) { try checkpoint.scalar("beta") }
        #expect(none.map { "\($0)" }?.hasSuffix("expected a number beta, found none") == true)
    }

    @Test func theTwoNewestAreKept() throws {
        #expect(try store.stepOfNewest() == nil)
        #expect(try newest().checkpoint == nil && newest().notices.isEmpty)
        for step in [10, 20, 30] { try store.save(ExampleCheckpoint.make(step: step)) }
        #expect(folder.contents == ["checkpoint-0000000020.bin", "checkpoint-0000000030.bin"])
        let found = try newest()
        #expect(found.checkpoint?.step == 30 && found.notices.isEmpty)
        #expect(try store.stepOfNewest()?.step == 30)
        setAge(of: folder("checkpoint-0000000030.bin"), to: 350)
        let written = try FileSystemClock.lastWrite(folder("checkpoint-0000000030.bin"))
        #expect(try written != nil && store.stepOfNewest()?.written == written)
        try store.save(ExampleCheckpoint.make(step: 30))
        #expect(folder.contents == ["checkpoint-0000000020.bin", "checkpoint-0000000030.bin"], "as after a resume")
        put([1], at: folder("curve.csv"))
        try store.removeAll()
        #expect(folder.contents == ["curve.csv"])
        #expect(
            try CheckpointStore(folder: folder("absent")).newest(for: "", configuration: "", datasetSHA256: "")
                .found == nil)
    }

    /// Step 30 is damaged, so the case resumes from 20: its next checkpoint
    /// counts as newer, though 30 is a higher number.
    @Test func checkpointsOfAnAbandonedAttemptAreRemoved() throws {
        for step in [20, 30] { try store.save(ExampleCheckpoint.make(step: step)) }
        put(bytes(of: folder("checkpoint-0000000030.bin")).dropLast(), at: folder("checkpoint-0000000030.bin"))
        try store.save(ExampleCheckpoint.make(step: 25))
        #expect(folder.contents == ["checkpoint-0000000020.bin", "checkpoint-0000000025.bin"])
    }

    @Test func thePreviousCheckpointIsUsedWithANotice() throws {
        for step in [20, 30] { try store.save(ExampleCheckpoint.make(step: step)) }
        let (older, newer) = (folder("checkpoint-0000000020.bin"), folder("checkpoint-0000000030.bin"))
        let (good, whole) = (bytes(of: older), bytes(of: newer))
        for damage in [Array(whole.dropLast(100)), [], Array(repeating: 65, count: 5000), good] {
            put(damage, at: newer)
            let found = try newest()
            #expect(found.checkpoint?.step == 20 && found.notices.count == 1)
            #expect(found.notices.first?.hasPrefix(newer) == true)
        }
        put([], at: older)
        put([], at: newer)
        let found = try newest()
        #expect(found.checkpoint == nil && found.notices.count == 2)
    }

    @Test func ofAnotherCaseOrConfigurationOrDataset() throws {
        try store.save(ExampleCheckpoint.make(step: 20))
        let path = folder("checkpoint-0000000020.bin")
        let errors = [
            #expect(throws: HarnessError.self) { try newest("IQL/hopper/default/seed-1") },
            #expect(throws: HarnessError.self) { try newest(configuration: "c1") },
            #expect(throws: HarnessError.self) { try newest(dataset: "d1") },
        ]
        let expected = [
            ("case IQL/hopper/default/seed-1", "IQL/hopper/default/seed-0"),
            ("configuration with SHA-256 c1", ExampleCheckpoint.configuration),
            ("dataset with SHA-256 d1", ExampleCheckpoint.dataset),
        ]
        for (error, words) in zip(errors, expected) {
            #expect(error?.exitStatus == .badInput)
            let start = "\(path): expected a checkpoint of the \(words.0), found one of \(words.1): "
            #expect(error.map { "\($0)" }?.hasPrefix(start) == true, "\(String(describing: error))")
        }
    }

    /// Each of two cases has the other's file.
    @Test func swappedFiles() throws {
        let other = CheckpointStore(folder: folder("other"))
        try DurableFile.makeFolder(folder("other"))
        try store.save(ExampleCheckpoint.make("A", step: 20))
        try other.save(ExampleCheckpoint.make("B", step: 20))
        let name = "checkpoint-0000000020.bin"
        let (a, b) = (bytes(of: folder(name)), bytes(of: folder("other/\(name)")))
        put(b, at: folder(name))
        put(a, at: folder("other/\(name)"))
        #expect(throws: HarnessError.self) { try newest("A") }
        #expect(throws: HarnessError.self) {
            try other.newest(
                for: "B", configuration: ExampleCheckpoint.configuration, datasetSHA256: ExampleCheckpoint.dataset)
        }
    }

    /// A file that the first program with format 1 wrote: an upgrade must not lose a case that was begun with it.
    @Test func formatOneStaysReadable() throws {
        let path = Repository.path("Tests/HarnessTests/Fixtures/checkpoint-format-1.bin")
        let data = Data(bytes(of: path))
        try #require(data.count > 1000)
        guard Checkpoint.real == "Float" else {
            let error = #expect(throws: CheckpointError.self) { try Checkpoint.decode(data, path: path) }
            #expect(error.map { "\($0)" }?.contains("holds numbers of type Float") == true)
            return
        }
        let found = try Checkpoint.decode(data, path: path)
        let known = ExampleCheckpoint.make(step: 20, numbers: 9)
        #expect(found.caseIdentifier == known.caseIdentifier && found.step == 20)
        #expect(found.configuration == known.configuration && found.datasetSHA256 == known.datasetSHA256)
        #expect(found.libraries == known.libraries)
        #expect(found.scalars.mapValues(\.bitPattern) == known.scalars.mapValues(\.bitPattern))
        #expect(found.tensors.map(\.name) == known.tensors.map(\.name))
        for (a, b) in zip(found.tensors, known.tensors) { #expect(bits(a.values) == bits(b.values)) }
        #expect(found.progress.divergence == known.progress.divergence)
        #expect(
            found.progress.outputs == known.progress.outputs && found.progress.warning == known.progress.warning)
        #expect(found.progress.simulatorWarning == known.progress.simulatorWarning)
        let scores = [found, known].map { $0.progress.evaluations.flatMap { [$0.score] + $0.episodes.map(\.return) } }
        #expect(bits(scores[0]) == bits(scores[1]) && scores[0].count == 8)
    }
}

import Datasets
import Foundation
import HDF5
import Paths
import ProgramRuns
import ScratchFiles
import Testing

/// `data verify`, the loader and `run` give the same answer for every file, in the same sentence.
@Suite struct VerifyIsTheLoaderTests {
    let folder = TemporaryFolder()

    /// The path under which a run finds file `i`, as one of Hopper's datasets.
    private func path(_ i: Int) -> String { folder("hopper_medium-r\(100 + i).hdf5") }

    private func study(_ count: Int) -> String {
        let names = (0..<count).map { "hopper-medium-r\(100 + $0)" }.joined(separator: ", ")
        return """
            name: files
            datasets: [\(names)]
            seeds: [0]
            steps: 2
            evaluate: {every: 2, episodes: 1}
            learners: {BC: {hidden: [4], batch: 4}}
            """
    }

    @Test func invalidFiles() throws {
        let files =
            HostileDatasetTests.shapesAndValues + HostileDatasetTests.objectsAndLinks + HostileDatasetTests.storage
        for (i, file) in files.enumerated() { try file.write(to: path(i)) }
        // The file is valid, but not Hopper's.
        try HostileFile("", "") { _ in }.write(to: path(files.count))
        let count = files.count + 1
        let verified = try ChildProcess.run("active-bench", ["data", "verify"] + (0..<count).map(path))
        #expect(verified.exitCode == 65 && verified.standardOutput.isEmpty, "\(verified.output)")
        #expect(verified.errorLines.count == count)
        let run = try SystemRun.run(study(count), in: folder, ranks: 1, data: folder.path)
        #expect(run.exitCode == 65, "\(run.output.suffix(2000))")
        for (i, sentence) in verified.errorLines.enumerated() {
            #expect(run.standardError.contains(sentence), "\(sentence)")
            guard i < files.count else { continue }
            let error = #expect(throws: DatasetError.self) { try D4RLFile(path: path(i)) }
            #expect(error.map { "\($0)" } == sentence)
        }
    }

    /// Valid files are accepted however they are stored, even if they compress to almost nothing.
    @Test func validFiles() throws {
        let rows = 3000
        let storages: [HDF5Writer.Storage] = [.contiguous, .gzip(level: 9), .chunks(rows: 1), .chunks(rows: 64)]
        for (i, storage) in storages.enumerated() {
            try HDF5Writer.write(to: path(i)) { file in
                let isEmpty = storage == .gzip(level: 9)
                func numbers(_ count: Int) -> [Float] { (0..<count).map { isEmpty ? 0 : Float($0 % 97 + 1) / 98 } }
                try file.write(numbers(rows * 11), shape: [rows, 11], to: "observations", storage: storage)
                try file.write(numbers(rows * 3), shape: [rows, 3], to: "actions", storage: storage)
                try file.write(numbers(rows).map { Double($0) }, shape: [rows, 1], to: "rewards", storage: storage)
                let flags = (0..<rows).map { $0 % 50 == 49 ? 1.0 : 0 }
                try file.write(flags, shape: [rows], to: "terminals", storage: storage)
            }
        }
        let verified = try ChildProcess.run("active-bench", ["data", "verify"] + storages.indices.map(path))
        #expect(verified.exitCode == 0 && verified.errorLines.isEmpty, "\(verified.output)")
        for i in storages.indices {
            let transitions = try Transitions(D4RLFile(path: path(i)), maximumSteps: 1000).count
            let line = "\(path(i)): good, \(rows) rows, \(transitions) transitions"
            #expect(verified.standardOutput.contains(line + "\n"), "\(verified.standardOutput)")
        }
        let run = try SystemRun.run(study(storages.count), in: folder, ranks: 1, data: folder.path)
        #expect(run.exitCode == 0, "\(run.output.suffix(2000))")
    }

    /// A file with a published file's name and other bytes, even with the
    /// same data: all three read it with the same note.
    @Test(arguments: ["hopper_medium-v2.hdf5", "hopper_medium_replay-v2.hdf5"])
    func anotherFileWithAPublishedName(name: String) throws {
        let path = folder(name)
        let dataset = name.dropLast(".hdf5".count).replacing("_", with: "-")
        try FileManager.default.copyItem(atPath: SystemRun.inputs("hopper_random-r1.hdf5"), toPath: path)
        let note = "\(path) is not D4RL's published \(dataset): its SHA-256 is another"
        let verified = try ChildProcess.run("active-bench", ["data", "verify", path])
        #expect(verified.exitCode == 0 && verified.standardOutput.contains("\n  note: \(note)"), "\(verified.output)")
        let info = try ChildProcess.run("active-bench", ["data", "info", path])
        #expect(info.exitCode == 0 && info.standardOutput.contains("\nnote          \(note)"), "\(info.output)")
        let text = study(1).replacing("hopper-medium-r100", with: dataset)
        let run = try SystemRun.run(text, in: folder, ranks: 1, data: folder.path)
        #expect(run.exitCode == 0 && run.standardError.contains("note: \(note)"), "\(run.output)")
    }

    /// An I/O error is no invalid input: reading /proc/self/mem at offset 0 fails with EIO. Faults of other files are
    /// reported first.
    @Test func anIOError() throws {
        for i in 0..<3 { symlink("/proc/self/mem", path(i)) }
        let sentence = ": expected a readable file, found Input/output error"
        for arguments in [["data", "verify", path(0)], ["data", "info", path(0)]] {
            let child = try ChildProcess.run("active-bench", arguments)
            #expect(child.exitCode == 74 && child.errorLines == [path(0) + sentence], "\(child.output)")
        }
        let run = try SystemRun.run(study(3), in: folder, ranks: 2, data: folder.path)
        #expect(run.exitCode == 74, "\(run.output)")
        for i in 0..<3 { #expect(run.standardError.contains(path(i) + sentence), "\(run.output)") }
        unlink(path(1))
        put("nothing".utf8, at: path(1))
        let verify = try ChildProcess.run("active-bench", ["data", "verify"] + (0..<3).map(path))
        #expect(verify.exitCode == 65 && verify.errorLines.count == 3, "\(verify.output)")
        let again = try SystemRun.run(study(3), in: folder, ranks: 1, data: folder.path)
        #expect(again.exitCode == 65 && again.standardError.contains(path(0) + sentence), "\(again.output)")
    }

    /// A million rows in a few kilobytes: the child's memory limit follows from the sizes that the file declares.
    @Test func manyRowsInASmallFile() throws {
        let rows = 1_000_000
        let path = folder("much.hdf5")
        try HDF5Writer.write(to: path) { file in
            let observations = [Float](repeating: 0, count: 29 * rows)
            try file.write(observations, shape: [rows, 29], to: "observations", storage: .gzip(level: 1))
            try file.write(
                [Float](repeating: 0, count: rows), shape: [rows, 1], to: "actions", storage: .gzip(level: 1))
            try file.write([Float](repeating: 0, count: rows), shape: [rows], to: "rewards", storage: .gzip(level: 1))
            try file.write(
                (0..<rows).map { $0 % 1000 == 999 }, shape: [rows], to: "terminals", storage: .gzip(level: 1))
        }
        let child = try ChildProcess.run("active-bench", ["data", "verify", path])
        #expect(child.exitCode == 0 && child.standardOutput.hasPrefix("\(path): good, 1000000 rows"), "\(child.output)")
    }
}

import CHDF5
import DatasetTools
import Foundation
import HDF5
import ProgramRuns
import ScratchFiles
import Testing

/// A child process refuses each malicious file with its own sentence and in little memory.
@Suite struct HostileDatasetTests {
    let folder = TemporaryFolder()

    @Test(arguments: shapesAndValues + objectsAndLinks + storage)
    func isRefused(file: HostileFile) throws {
        let path = folder("hostile.hdf5")
        try file.write(to: path)
        let child = try ChildProcess.run("active-bench", ["data", "verify", path])
        #expect(child.exitCode == 65 && child.standardOutput.isEmpty, "\(child.output)")
        #expect(child.errorLines.count == 1 && file.isRefused(child.errorLines[0], path: path), "\(child.output)")
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        #expect(usage.ru_maxrss < 1 << 20, "no child used a gigabyte")
    }

    @Test func everyFileHasItsOwnSentence() {
        let sentences = (Self.shapesAndValues + Self.objectsAndLinks + Self.storage).map(\.sentence)
        #expect(sentences.count >= 20 && Set(sentences).count == sentences.count)
    }

    @Test func theGoodFileIsGood() throws {
        let path = folder("good.hdf5")
        try HostileFile("", "") { _ in }.write(to: path)
        let child = try ChildProcess.run("active-bench", ["data", "verify", path])
        // Remarks may follow.
        #expect(
            child.exitCode == 0 && child.standardOutput.hasPrefix("\(path): good, 10 rows, 9 transitions\n"),
            "\(child.output)")
    }

    // MARK: Limits

    /// Children without enough time or memory even for a good file, also under a limit set by the shell.
    @Test(arguments: [
        ("", ["--seconds", "0.0001"], "found no end of it in time"),
        ("", ["--memory", "50000000"], "found its end by signal"),
        ("ulimit -v 16000000", ["--memory", "50000000"], "found its end by signal"),
    ])
    func limitsEndOnlyTheChild(shell: String, options: [String], words: String) throws {
        let path = folder("large.hdf5")
        try HDF5Writer.write(to: path) { file in
            let rows = 1_000_000
            try file.write([Float](repeating: 0, count: 11 * rows), shape: [rows, 11], to: "observations")
            try file.write([Float](repeating: 0, count: 3 * rows), shape: [rows, 3], to: "actions")
            try file.write([Float](repeating: 0, count: rows), shape: [rows], to: "rewards")
            try file.write([Bool](repeating: false, count: rows), shape: [rows], to: "terminals")
        }
        let program = RunningProcess.path(of: "active-bench")
        let command = ["/bin/bash", "-c", "\(shell)\nexec \"$@\"", "bash", program, "data", "inspect"]
        guard case .read = try DatasetInspector(command: command + ["--"]).inspect([path])[0].outcome else {
            Issue.record("the file is not good")
            return
        }
        let inspections = try DatasetInspector(command: command + options + ["--"]).inspect([path, path])
        #expect(inspections.count == 2)
        for inspection in inspections {
            guard case .ended(let sentence) = inspection.outcome else {
                Issue.record("\(inspection)")
                continue
            }
            #expect(sentence.contains(words), "\(sentence)")
        }
    }

    // MARK: The files

    static let noData = "expected data in every row, found "
    static let stopped = "; the recorder stopped early: keep the rows that it wrote, or record again"
    static let notAnArray = "expected an array stored in this file, found "
    static let astray = "expected links that lead to an array of this file, found "
    static let damaged = "expected undamaged data, found "
    static let ownArray = "write the array itself under this name"
    static let tooLarge = "; the file is damaged: download or make it again"

    static let shapesAndValues = [
        HostileFile("one dimension", "field 'observations': expected two dimensions, found the shape [20]") {
            replace("observations", at: $0, shape: [20], numbers: .init(repeating: 0, count: 20))
        },
        HostileFile("three dimensions", "field 'rewards': expected one dimension, found the shape [10, 1, 1]") {
            replace("rewards", at: $0, shape: [10, 1, 1], numbers: .init(repeating: 0, count: 10))
        },
        HostileFile("no row", "field 'observations': expected between 2 and 2147483647 rows, found 0") {
            replace("observations", at: $0, with: RawDataset(shape: [0, 2]))
        },
        HostileFile("too few rows", "field 'actions': expected 10 rows as in 'observations', found 9") {
            replace("actions", at: $0, shape: [9, 1], numbers: .init(repeating: 0, count: 9))
        },
        HostileFile("too many rows", "field 'timeouts': expected 10 rows as in 'observations', found 11") {
            replace(
                "timeouts", at: $0,
                with: RawDataset(shape: [11], type: ab_H5T_STD_U8LE(), bytes: .init(repeating: 0, count: 11)))
        },
        HostileFile(
            "NaN",
            "field 'observations': expected finite numbers, found nan in row 3; the file is damaged, or a diverged run "
                + "wrote it"
        ) { replace("observations", at: $0, shape: [10, 2], numbers: (0..<20).map { $0 == 7 ? .nan : 0 }) },
        HostileFile(
            "infinity",
            "field 'rewards': expected finite numbers, found -inf in row 9; the file is damaged, or a diverged run wrote it"
        ) { replace("rewards", at: $0, shape: [10], numbers: (0..<10).map { $0 == 9 ? -.infinity : 0 }) },
        HostileFile(
            "an action beyond 1",
            "field 'actions': expected values between -1 and 1, found 1.5 in row 2; scale the actions to the range of "
                + "the environment"
        ) { replace("actions", at: $0, shape: [10, 1], numbers: (0..<10).map { $0 == 2 ? 1.5 : 0 }) },
        HostileFile("a terminal of 2", "field 'terminals': expected 0 or 1 in every row, found 2 in row 1") {
            replace(
                "terminals", at: $0, with: RawDataset(type: ab_H5T_STD_U8LE(), bytes: (0..<10).map { $0 == 1 ? 2 : 0 }))
        },
        HostileFile("half a flag", "field 'terminals': expected 0 or 1 in every row, found 0.5 in row 3") {
            replace("terminals", at: $0, shape: [10], numbers: (0..<10).map { $0 == 3 ? 0.5 : 1 })
        },
        HostileFile(
            "a number beyond single precision",
            "field 'rewards': expected numbers within single precision, at most 3.4e38, found 1e+39 in row 6"
        ) {
            let numbers = (0..<10).map { $0 == 6 ? 1e39 : 1 }
            replace(
                "rewards", at: $0,
                with: RawDataset(type: ab_H5T_IEEE_F64LE(), bytes: numbers.withUnsafeBytes { Array($0) }))
        },
    ]

    static let objectsAndLinks = [
        HostileFile(
            "a missing field",
            "field 'rewards': expected a field of this name, found none; a D4RL file has observations, actions, rewards, "
                + "terminals"
        ) { substitute("rewards", at: $0) { _ in } },
        HostileFile("a group", "field 'actions': \(notAnArray)a group") {
            substitute("actions", at: $0) { H5Gclose(H5Gcreate2($0, "actions", 0, 0, 0)) }
        },
        HostileFile("a named type", "field 'actions': \(notAnArray)a named type") {
            substitute("actions", at: $0) { file in
                let type = H5Tcopy(ab_H5T_IEEE_F32LE())
                H5Tcommit2(file, "actions", type, 0, 0, 0)
                H5Tclose(type)
            }
        },
        HostileFile("a link into another file", "field 'rewards': \(notAnArray)a link into another file, '/etc/passwd'")
        {
            substitute("rewards", at: $0) { H5Lcreate_external("/etc/passwd", "/rewards", $0, "rewards", 0, 0) }
        },
        HostileFile("a soft link to itself", "field 'rewards': \(astray)soft links in a circle; \(ownArray)") {
            substitute("rewards", at: $0) { H5Lcreate_soft("/rewards", $0, "rewards", 0, 0) }
        },
        HostileFile(
            "a soft link to nothing",
            "field 'rewards': \(astray)a soft link to '/gone', which is not there; \(ownArray)"
        ) {
            substitute("rewards", at: $0) { H5Lcreate_soft("/gone", $0, "rewards", 0, 0) }
        },
    ]
}

import DatasetTools
import Failures
import Foundation
import ScratchFiles
import Testing

/// The parent's results for child processes that work, fail or hang. A shell script plays the child.
@Suite struct DatasetInspectorTests {
    /// An inspector whose child refuses every file with "no", until a file
    /// whose name contains `culprit`; then it does `act`.
    private func inspector(culprit: String = "bad", _ act: String) -> DatasetInspector {
        let script = """
            for file in "$@"; do
                case $file in *\(culprit)*) \(act) ;; esac
                echo "{\\"path\\": \\"$file\\", \\"outcome\\": {\\"refused\\": {\\"_0\\": \\"no\\"}}}"
            done
            """
        return DatasetInspector(command: ["/bin/sh", "-c", script, "child"])
    }

    private func sentence(_ path: String, _ found: String) -> DatasetInspection.Outcome {
        .ended(
            "\(path): expected a file that can be read within the time and memory that its declared sizes call for, found "
                + "\(found); the file is damaged or malicious: download or make it again")
    }

    @Test func answersComeInOrder() throws {
        let inspections = try inspector("exit 1").inspect(["b", "a", "b"])
        #expect(inspections.map(\.path) == ["b", "a", "b"])
        #expect(inspections.allSatisfy { $0.outcome == .refused("no") })
        #expect(try inspector("exit 1").inspect([]).isEmpty)
    }

    @Test(arguments: [
        ("kill -SEGV $$", "its end by signal 11 (Segmentation fault)"),
        ("kill -KILL $$", "its end by signal 9 (Killed)"),
        ("exit 3", "an end without an answer (exit code 3)"),
        ("echo nonsense; exit 0", "an end without an answer (exit code 0)"),
    ])
    func filesAfterACrashAreStillInspected(act: String, found: String) throws {
        let inspections = try inspector(act).inspect(["one", "bad-1", "bad-2", "two"])
        #expect(inspections.map(\.path) == ["one", "bad-1", "bad-2", "two"])
        #expect(
            inspections.map(\.outcome) == [
                .refused("no"), sentence("bad-1", found), sentence("bad-2", found), .refused("no"),
            ])
        let error = #expect(throws: HarnessError.self) { try inspections[1].summary() }
        #expect(error?.exitStatus == .badInput)
    }

    @Test func manyFilesAreSplitAmongChildren() throws {
        let paths = (0..<2500).map { "file-\($0)" }
        #expect(try inspector("exit 1").inspect(paths).map(\.path) == paths)
    }

    @Test func aChildThatCannotBeStarted() {
        let folder = TemporaryFolder()
        let error = #expect(throws: HarnessError.self) {
            try DatasetInspector(command: [folder("absent")]).inspect(["a"])
        }
        #expect(error?.exitStatus == .io)
        #expect(error.map { "\($0)".hasPrefix("\(folder("absent")): cannot start") } == true)
    }

    @Test func limitsGrowWithTheDeclaredSizes() {
        #expect(InspectionLimits(loading: 0).memory == 768 << 20, "a small file cannot take a gigabyte")
        let limits = InspectionLimits(loading: 1 << 30)
        #expect(limits.memory > 2 << 30 && limits.seconds > 120)
    }
}

import Datasets
import ExampleInputs
import Foundation
import Networks
import Policies
import ProgramRuns
import ScratchFiles
import Testing

/// `collect rollout` on several ranks.
@Suite struct RecordingTests {
    private let folder = TemporaryFolder()

    /// Hopper's policies, one of which overflows if `isLastBad`.
    private func policies(isLastBad: Bool = false) throws -> [String] {
        try ["one", "two", "three"].map { name in
            var policy = PolicySnapshot.example(name)
            if isLastBad && name == "three" {
                for i in policy.tensors.indices {
                    policy.tensors[i].values = policy.tensors[i].values.map { $0 * 3e38 }
                }
            }
            try PolicyFile.write(policy, to: folder(name))
            return folder(name)
        }
    }

    private func arguments(_ policies: [String], transitions: Int) -> [String] {
        ["collect", "rollout", "--env", "hopper", "--policy"] + policies
            + ["--transitions", "\(transitions)", "--out", folder("out.hdf5")]
    }

    /// The parts are short, so that ranks also run ahead into the next one.
    @Test func anyNumberOfRanksGivesTheSameBytes() throws {
        let arguments = arguments(try policies(), transitions: 700)
        var expected: [UInt8] = []
        for ranks in [nil, 1, 2, 5] {
            let child = try ChildProcess.run("active-bench", arguments, ranks: ranks)
            #expect(child.exitCode == 0 && child.standardError.isEmpty, "\(child.output)")
            #expect(child.standardOutput.hasPrefix("\(folder("out.hdf5")): 700 transitions, "), "\(child.output)")
            let found = bytes(of: folder("out.hdf5"))
            #expect(!found.isEmpty && (expected.isEmpty || found == expected), "\(ranks ?? 0) ranks")
            expected = found
        }
    }

    /// The bad policy's episodes are run early, on any rank; the error is that of the first one, once.
    @Test func anErrorOfAnyRankIsReportedOnce() throws {
        let files = try policies(isLastBad: true)
        for ranks in [nil, 2, 3] {
            let child = try ChildProcess.run("active-bench", arguments(files, transitions: 600), ranks: ranks)
            #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
            #expect(child.errorLines.first?.hasPrefix("\(files[2]): 'hopper' was given a non-finite action") == true)
            #expect(child.standardOutput.isEmpty && !folder.contents.contains("out.hdf5"))
        }
        // Nothing of the last part is needed, as the first episode is longer.
        let short = try ChildProcess.run("active-bench", arguments(files, transitions: 3), ranks: 2)
        #expect(short.exitCode == 0, "\(short.output)")
    }

    /// A signal while episodes run, or while the file is being written, leaves no unfinished file.
    @Test(arguments: [(SIGTERM, false), (SIGINT, false), (SIGTERM, true)])
    func aSignalLeavesNoUnfinishedFile(signal: Int32, isWritten: Bool) throws {
        let transitions = isWritten ? 30_000 : 20_000_000
        let job = try RunningProcess(
            "active-bench", arguments(try policies(), transitions: transitions), ranks: 2,
            prefix: ["env", "--default-signal=INT"])
        func ranks() -> [pid_t] { RunningProcess.identifiers(of: "active-bench", withArgument: folder("out.hdf5")) }
        waitUntil("ranks at work", orEndOf: job) {
            ranks().count == 2 && ranks().allSatisfy { ProcessState(pid: $0).processorSeconds > 0.3 }
        }
        if isWritten {
            waitUntil("a file under way", orEndOf: job) { folder.contents.contains { $0.hasPrefix("out.hdf5") } }
        }
        for rank in ranks() { kill(rank, signal) }
        let child = try job.end()
        #expect(!folder.contents.contains { $0.contains(".tmp-") }, "\(folder.contents)")
        if child.exitCode == 0 {
            #expect(try isWritten && D4RLFile(path: folder("out.hdf5")).count == transitions, "\(child.output)")
        } else {
            #expect(isWritten || !folder.contents.contains("out.hdf5"), "\(child.output)")
        }
    }
}

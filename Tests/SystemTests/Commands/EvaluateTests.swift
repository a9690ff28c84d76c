import Datasets
import Environments
import ExampleInputs
import Foundation
import HDF5
import Networks
import Numerics
import Policies
import ProgramRuns
import ScratchFiles
import Testing

@Suite struct EvaluateTests {
    private let folder = TemporaryFolder()
    private let policy = SystemRun.inputs("policy.safetensors")

    /// Text, JSON and recording are equal byte for byte; five episodes leave the last round of ranks incomplete.
    @Test func anyNumberOfRanksGivesTheSameBytes() throws {
        var found: [[[UInt8]]] = []
        for ranks in [1, 2, 3] {
            let recording = folder("\(ranks).hdf5")
            let text = try evaluate("hopper", "--episodes", "5", "--stochastic", "--record", recording, ranks: ranks)
            let json = try evaluate("hopper", "--episodes", "5", "--json", "--profile", "gymnasium", ranks: ranks)
            #expect(text.exitCode == 0 && json.exitCode == 0, "\(text.output) \(json.output)")
            found.append([Array(text.standardOutput.utf8), Array(json.standardOutput.utf8), bytes(of: recording)])
        }
        #expect(found[0].allSatisfy { !$0.isEmpty })
        #expect(found[1] == found[0] && found[2] == found[0])
        let other = try evaluate("hopper", "--episodes", "5", "--stochastic", "--seed", "1")
        #expect(Array(other.standardOutput.utf8) != found[0][0])
    }

    /// A policy's inference uses no BLAS at all, so the bytes do not depend on BLAS's kernels.
    @Test func anyKernelsGiveTheSameBytes() throws {
        let found = try ["Haswell", "Sandybridge", "Prescott"].map { kernels in
            try ChildProcess.run(
                "active-bench", ["evaluate", "--env", "hopper", "--policy", policy, "--episodes", "2", "--json"],
                environment: ["OPENBLAS_CORETYPE": kernels])
        }
        #expect(found.allSatisfy { $0.exitCode == 0 && !$0.standardOutput.isEmpty })
        #expect(found[1].standardOutput == found[0].standardOutput)
        #expect(found[2].standardOutput == found[0].standardOutput)
    }

    /// The recording is a dataset in D4RL's layout, with the episodes of the report in its order.
    @Test func theRecordingHoldsTheReportsEpisodes() throws {
        let path = folder("recording.hdf5")
        let report = try report(evaluate("hopper", "--episodes", "4", "--json", "--record", path, ranks: 2))
        let file = try D4RLFile(path: path, includingNextObservations: true)
        #expect(file.count == report.episodes.map(\.length).reduce(0, +))
        var row = 0
        for episode in report.episodes {
            let rewards = (row..<row + episode.length).map { Double(file.rewards[$0]) }
            #expect(abs(rewards.reduce(0, +) - episode.return) < 1e-4)
            row += episode.length
            #expect((file.terminals[row - 1] == 1) == (episode.end == "terminal"))
        }
    }

    /// A policy of another framework with a constant action: its episodes equal those stepped by hand.
    @Test func aForeignPolicy() throws {
        let action: [Float] = [0.3, -0.2, 0.1]
        let tensors: [(String, [Int], [Float])] = [
            ("mean.bias", [3], action.map { atanh($0) }), ("log_std", [3], [-1, -1, -1]),
            ("mean.weight", [3, 256], Array(repeating: 0, count: 768)),
            ("fc0.weight", [256, 11], Array(repeating: 0.01, count: 256 * 11)),
            ("fc0.bias", [256], Array(repeating: 0, count: 256)),
            ("observation_std", [11], Array(repeating: 2, count: 11)),
            ("observation_mean", [11], Array(repeating: 0.5, count: 11)),
        ]
        for head in ["tanh-gaussian", "gaussian-tanh-mean", "deterministic-tanh"] {
            put(
                safetensors(tensors, metadata: #"{"head":"\#(head)","format":"pt"}"#), at: folder("foreign.safetensors")
            )
            let found = try report(
                evaluate("hopper", "--episodes", "2", "--json", policy: folder("foreign.safetensors")))
            let hopper = try EnvironmentRegistry.make("hopper")
            for episode in found.episodes {
                try hopper.reset(
                    episode: episode.episode, stream: RandomStream("evaluate/hopper/seed-0").stream("reset"))
                var (length, undiscounted, ended) = (0, 0.0, false)
                while !ended {
                    let result = try hopper.step(action.map { Real($0) })
                    (length, undiscounted, ended) = (length + 1, undiscounted + result.reward, result.ended)
                }
                #expect(episode.length == length && abs(episode.return - undiscounted) < 1e-4)
            }
        }
    }

    /// Tensors of other networks are reported once, whatever the number of ranks, and change no byte of the report.
    @Test(arguments: [nil, 2]) func reportsIgnoredNetworksOnce(ranks: Int?) throws {
        var policy = PolicySnapshot.example("trained")
        policy.activation = .tanh
        try PolicyFile.write(policy, to: folder("plain"))
        policy.tensors.append(NamedTensor(name: "critic.0.weight", shape: [2], values: [1, 2]))
        try PolicyFile.write(policy, to: folder("whole"))
        let found = try ["plain", "whole"].map {
            try evaluate("hopper", "--episodes", "3", policy: folder($0), ranks: ranks)
        }
        #expect(found.allSatisfy { $0.exitCode == 0 } && found[1].standardOutput == found[0].standardOutput)
        #expect(found[0].errorLines.isEmpty)
        #expect(
            found[1].errorLines
                == ["\(folder("whole")): ignored 1 tensor that acting does not need: critic.0.weight"])
        let recording = try ChildProcess.run(
            "active-bench",
            [
                "collect", "rollout", "--env", "hopper", "--policy", folder("whole"), "--transitions", "10", "--out",
                folder("x"),
            ])
        #expect(recording.exitCode == 0 && recording.errorLines == found[1].errorLines)
        #expect(try HDF5File(readingFrom: folder("x")).value("metadata/policy/nonlinearity") == .text("tanh"))
    }

    /// Success and tasks are reported; by the rules of v0 all episodes have one goal.
    @Test func antMaze() throws {
        try PolicyFile.write(.example("ant", observations: 29, actions: 8), to: folder("ant.safetensors"))
        for (name, goals) in [("antmaze-umaze", 2), ("antmaze-umaze-diverse-v0", 1)] {
            let path = folder("\(name).hdf5")
            let found = try report(
                evaluate(
                    name, "--episodes", "2", "--json", "--record", path, policy: folder("ant.safetensors"), ranks: 2))
            #expect(found.successRate == 0 && found.episodes.allSatisfy { $0.tasks == [] && $0.length == 700 })
            #expect(found.score.mean == 0 && found.episodes.allSatisfy { $0.end == "timeout" })
            let recorded = try goalRows(path)
            #expect(recorded.count == 1400)
            #expect(Set(recorded.map { $0[0] }).count == goals)
        }
    }

    private func goalRows(_ path: String) throws -> [[Float]] {
        let elements = try HDF5File(readingFrom: path).float32("infos/goal").elements
        return stride(from: 0, to: elements.count, by: 2).map { Array(elements[$0..<$0 + 2]) }
    }

    /// Tasks and observation noise do not depend on the number of ranks.
    @Test func kitchen() throws {
        try PolicyFile.write(.example("cook", observations: 60, actions: 9), to: folder("cook.safetensors"))
        let found = try [1, 2, 3].map { ranks in
            try evaluate(
                "kitchen-mixed-v0", "--episodes", "3", "--json", policy: folder("cook.safetensors"), ranks: ranks)
        }
        #expect(found[1].standardOutput == found[0].standardOutput)
        #expect(found[2].standardOutput == found[0].standardOutput)
        let report = try report(found[0])
        #expect(report.successRate == 0 && report.episodes.allSatisfy { $0.length == 280 && $0.tasks != nil })
        for episode in report.episodes { #expect(episode.return == Double(episode.tasks?.count ?? -1)) }
    }

    private func evaluate(
        _ environment: String, _ options: String..., policy: String? = nil, ranks: Int? = nil
    ) throws -> ChildProcess {
        try ChildProcess.run(
            "active-bench", ["evaluate", "--env", environment, "--policy", policy ?? self.policy] + options,
            ranks: ranks)
    }

    private func report(_ child: ChildProcess) throws -> EvaluationReport {
        try #require(child.exitCode == 0, "\(child.output)")
        return try JSONDecoder().decode(EvaluationReport.self, from: Data(child.standardOutput.utf8))
    }

    /// A file made from the format's description, without the product's writer: tensors in the order given.
    private func safetensors(_ tensors: [(String, [Int], [Float])], metadata: String) -> [UInt8] {
        var body: [UInt8] = []
        var entries = ["\"__metadata__\":\(metadata)"]
        for (name, shape, values) in tensors {
            let start = body.count
            for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { body += $0 } }
            entries.append(
                "\"\(name)\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[\(start),\(body.count)]}")
        }
        let header = Array("{\(entries.joined(separator: ","))}".utf8)
        return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + body
    }
}

import ExampleInputs
import Foundation
import Policies
import ProgramRuns
import ScratchFiles
import Testing

/// Runs of the program's command line, and inputs that are made once for all tests of this process.
enum SystemRun {
    /// The number of transitions in the dataset of all tests.
    static let transitions = 3000

    /// The datasets, and the policy with which they were recorded.
    static let inputs: TemporaryFolder = {
        let folder = TemporaryFolder()
        do {
            try PolicyFile.write(.example("behaviour"), to: folder("policy.safetensors"))
            let child = try ChildProcess.run(
                "active-bench",
                [
                    "collect", "rollout", "--env", "hopper", "--policy", folder("policy.safetensors"), "--transitions",
                    "\(transitions)", "--out", folder("hopper_random-r1.hdf5"),
                ])
            precondition(child.exitCode == 0, child.output)
        } catch {
            fatalError("the dataset cannot be made: \(error)")
        }
        return folder
    }()

    /// A study of two learners and an ensemble of three, two seeds each, with small networks.
    static let study = study(
        "small", evaluate: "every: 25, episodes: 2",
        learners: """

              IQL: {hidden: [16, 16], batch: 32}
              SQL: {hidden: [16, 16], batch: 32}
              ACTIVE-I: {hidden: [16, 16], batch: 32, m: 3}
            """)

    /// A study of two seeds. `learners` is the text after the key's colon.
    static func study(
        _ name: String, on dataset: String = "hopper-random-r1", steps: Int = 60, evaluate: String, learners: String
    ) -> String {
        """
        name: \(name)
        datasets: [\(dataset)]
        seeds: [0, 1]
        steps: \(steps)
        evaluate: {\(evaluate)}
        learners:\(learners)
        """
    }

    static let cases = ["IQL", "SQL", "ACTIVE-I"].flatMap { learner in
        let variant = (learner == "ACTIVE-I" ? "m=3," : "") + "batch=32,hidden=16x16"
        return [0, 1].map { "\(learner)/hopper-random-r1/\(variant)/seed-\($0)" }
    }

    /// Records a dataset of a random policy.
    static func collect(
        _ environment: String, observations: Int, actions: Int, transitions: Int, to path: String
    ) throws -> ChildProcess {
        let folder = TemporaryFolder()
        try PolicyFile.write(
            .example("behaviour", observations: observations, actions: actions), to: folder("policy.safetensors"))
        return try activeBench(
            "collect", "rollout", "--env", environment, "--policy", folder("policy.safetensors"), "--transitions",
            "\(transitions)", "--out", path)
    }

    /// Runs active-bench, on `ranks` ranks under mpirun if given.
    static func activeBench(
        _ arguments: String..., ranks: Int? = nil, data: String = inputs.path, limit: Int = ChildProcess.hangLimit
    ) throws -> ChildProcess {
        try ChildProcess.run(
            "active-bench", arguments, ranks: ranks, environment: ["ACTIVE_BENCH_DATA": data], limit: limit)
    }

    /// Writes `study` into `folder` and runs it into the folder's subfolder `out`.
    static func run(
        _ study: String = study, in folder: TemporaryFolder, ranks: Int, data: String = inputs.path,
        limit: Int = ChildProcess.hangLimit
    ) throws -> ChildProcess {
        put(study.utf8, at: folder("study.yaml"))
        return try activeBench(
            "run", folder("study.yaml"), "--out", folder("out"), ranks: ranks, data: data, limit: limit)
    }

    /// The files of a run folder that depend on the study alone. Claims do not: a rank that was killed after it wrote
    /// its result, and before it removed its claim, leaves the claim until another process sees that the rank is gone.
    static func results(_ folder: String) -> [String: [UInt8]] {
        let names = files(below: folder).filter { name in
            name.hasPrefix("table.")
                || name.hasPrefix("cases/") && !name.hasSuffix("/provenance.json") && !name.hasSuffix("/timing.csv")
                    && !name.contains("/claim-")
        }
        return Dictionary(uniqueKeysWithValues: names.map { ($0, bytes(of: "\(folder)/\($0)")) })
    }

    /// An undisturbed run of `study` on one rank.
    static let undisturbed: TemporaryFolder = {
        let folder = TemporaryFolder()
        do {
            let child = try run(in: folder, ranks: 1)
            precondition(child.exitCode == 0, child.output)
        } catch {
            fatalError("the small study cannot be run: \(error)")
        }
        return folder
    }()

    static let reference = results(undisturbed("out"))
}

/// Fails for every file in which two sets of results differ; names the files and does not print their bytes.
func expectEqual(_ found: [String: [UInt8]], _ expected: [String: [UInt8]], location: SourceLocation = #_sourceLocation)
{
    #expect(!expected.isEmpty, sourceLocation: location)
    #expect(differences(found, expected).isEmpty, sourceLocation: location)
}

/// The files in which two sets of results differ, with a sentence for each.
func differences(_ found: [String: [UInt8]], _ expected: [String: [UInt8]]) -> [String] {
    Set(found.keys).union(expected.keys).sorted().compactMap { name in
        guard let bytes = found[name] else { return "\(name): missing" }
        guard let other = expected[name] else { return "\(name): not expected" }
        return bytes == other ? nil : "\(name): \(bytes.count) bytes, other than expected"
    }
}

extension ChildProcess {
    /// The lines that active-bench itself wrote to standard error, without mpirun's.
    var errorLines: [String] {
        standardError.split(separator: "\n").filter { $0.hasPrefix("active-bench: ") }
            .map { String($0.dropFirst("active-bench: ".count)) }
    }
}

import Behaviour
import Cases
import Datasets
import Environments
import Failures
import Foundation
import Networks
import Numerics
import Policies
import ScratchFiles
import Supervision
import Testing

/// Trainings of a few hundred steps; small minibatches make them fast.
@Suite(.serialized) struct BehaviourTrainingTests {
    private let folder = TemporaryFolder()

    /// A training that is cut, and how.
    struct Cut: Sendable, CustomTestStringConvertible {
        var environment = "hopper"
        var environments = 1
        var capacity = 1_000_000
        var precision = Precision.full
        /// The steps after which a stop is requested, one run after another.
        var stops: [Int] = []
        /// Steps between checkpoints; training fails in the snapshot at step 300 and goes on from the last of them.
        var crashesWithCheckpoints: Int?
        /// The length of a first training, which is then made longer.
        var shorter: Int?

        var testDescription: String {
            "\(environments) x \(environment), \(precision.rawValue), buffer \(capacity), stops \(stops), "
                + "crash \(crashesWithCheckpoints ?? 0), first \(shorter ?? 0)"
        }
    }

    private struct Crash: Error {}

    private func settings(_ cut: Cut) -> BehaviourSettings {
        var settings = BehaviourSettings(environment: cut.environment, seed: 3, snapshotEvery: 150)
        (settings.episodes, settings.environments, settings.capacity) = (2, cut.environments, cut.capacity)
        (settings.warmUp, settings.batch, settings.precision) = (60, 16, cut.precision.rawValue)
        return settings
    }

    private func rule(_ steps: Int? = nil) -> CheckpointRule {
        var rule = CheckpointRule()
        (rule.seconds, rule.steps) = (nil, steps)
        return rule
    }

    /// Trains until a stop is requested after `stop`, or to the end.
    private func train(
        _ settings: BehaviourSettings, _ folder: String, to steps: Int = 450, stop: Int? = nil,
        checkpoints: Int? = nil, crashAt crash: Int? = nil, from start: Checkpoint? = nil
    ) throws -> BehaviourTraining {
        Supervision.forget()
        defer { Supervision.forget() }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let training = try BehaviourTraining(settings, folder: folder)
        let ending = try training.run(
            to: steps, rule: rule(checkpoints), from: start, onStep: { if $0 == stop { Supervision.requestStop() } },
            onSnapshot: { if $0.step == crash { throw Crash() } })
        #expect((ending == .stopped) == (stop != nil))
        return training
    }

    private func contents(_ folder: String) -> [String: [UInt8]] {
        let all = files(below: folder)
        let last = all.last { $0.hasPrefix("checkpoint-") }
        let names = all.filter { !$0.hasPrefix("checkpoint-") || $0 == last }
        return Dictionary(uniqueKeysWithValues: names.map { ($0, bytes(of: "\(folder)/\($0)")) })
    }

    /// Whatever cuts a training, in the middle of an episode, in the warm-up, before a snapshot: all files are the same
    /// bytes as those of a training in one run.
    @Test(arguments: [
        Cut(stops: [200]), Cut(stops: [1, 59, 60, 61, 150, 151, 449]), Cut(environment: "walker2d", stops: [77, 300]),
        Cut(environment: "halfcheetah", stops: [222]), Cut(environment: "antmaze-umaze", stops: [40, 222]),
        Cut(environments: 3, stops: [60, 201]), Cut(environment: "walker2d", environments: 5, stops: [155, 300]),
        Cut(capacity: 100, stops: [99, 130, 390]), Cut(environments: 2, capacity: 71, stops: [160, 302]),
        Cut(crashesWithCheckpoints: 70), Cut(environments: 3, crashesWithCheckpoints: 33), Cut(shorter: 150),
        Cut(environments: 2, shorter: 300), Cut(precision: .bfloat16, stops: [200, 301]),
    ])
    func aCutTrainingGivesTheSameBytes(_ cut: Cut) throws {
        guard cut.precision.isWorthwhile else { return }
        let settings = settings(cut)
        _ = try train(settings, folder("whole"))
        for stop in cut.stops { _ = try train(settings, folder("cut"), stop: stop) }
        if let steps = cut.crashesWithCheckpoints {
            #expect(throws: Crash.self) {
                _ = try train(settings, folder("cut"), checkpoints: steps, crashAt: 300)
            }
        }
        if let shorter = cut.shorter { _ = try train(settings, folder("cut"), to: shorter) }
        _ = try train(settings, folder("cut"))
        let (whole, found) = (contents(folder("whole")), contents(folder("cut")))
        #expect(
            whole.keys.sorted() == [
                "checkpoint-0000000450.bin", "learning-curve.csv", "policy-0000150.safetensors",
                "policy-0000300.safetensors", "policy-0000450.safetensors", "replay.bin", "training.json",
            ])
        #expect(found.keys.sorted() == whole.keys.sorted())
        for (name, bytes) in whole { #expect(found[name] == bytes, "\(name)") }
    }

    /// Settings that a training must not change on its way, each with the words that refuse it.
    @Test func otherSettingsAreRefused() throws {
        let settings = settings(Cut())
        _ = try train(settings, folder("t"), to: 150)
        let changes: [(String, (inout BehaviourSettings) -> Void)] = [
            ("episodes 7, found 2", { $0.episodes = 7 }), ("seed 4, found 3", { $0.seed = 4 }),
            ("environments 3, found 1", { $0.environments = 3 }),
            ("snapshotEvery 75, found 150", { $0.snapshotEvery = 75 }),
            ("environment walker2d, found hopper", { $0.environment = "walker2d" }),
        ]
        for (words, change) in changes {
            var other = settings
            change(&other)
            let error = #expect(throws: HarnessError.self) { _ = try train(other, folder("t")) }
            #expect("\(error.map { "\($0)" } ?? "")".contains(words), "\(String(describing: error))")
        }
        // Nothing was changed by the refusals.
        _ = try train(settings, folder("t"))
        _ = try train(settings, folder("whole"))
        #expect(contents(folder("t")) == contents(folder("whole")))
    }

    /// From a checkpoint's networks: while the buffer is filled by the policy no gradient step is made, and the curve's
    /// numbers of gradient steps go on from the checkpoint's.
    @Test func startsFromOtherNetworks() throws {
        _ = try train(settings(Cut()), folder("first"), to: 300)
        let data = Data(bytes(of: folder("first/checkpoint-0000000300.bin")))
        let start = try Checkpoint.decode(data, path: "first")
        var settings = settings(Cut())
        (settings.warmUp, settings.start) = (150, .init(sha256: "0", step: 300))
        _ = try train(settings, folder("second"), to: 300, from: start)
        let rows = text(of: folder("second/learning-curve.csv")).split(separator: "\n").dropFirst().map {
            $0.split(separator: ",").prefix(3).joined(separator: ",")
        }
        #expect(rows == ["450,240,150", "600,390,300"])
        let policies = files(below: folder("second")).filter { $0.hasPrefix("policy") }
        #expect(policies == ["policy-0000450.safetensors", "policy-0000600.safetensors"])
        // No gradient step lies between the two: the same parameters.
        let parameters = { (path: String) in try PolicyFile.read(path).tensors }
        #expect(
            try parameters(folder("first/policy-0000300.safetensors"))
                == parameters(folder("second/policy-0000450.safetensors")))
    }

    /// The recorded buffer has every step once, in the order of each environment, and episodes end where they did.
    @Test(arguments: [1, 3]) func recordsItsBuffer(environments: Int) throws {
        let training = try train(settings(Cut(environments: environments)), folder("t"))
        try training.recordBuffer(450, to: folder("hopper_buffer-r9.hdf5"))
        let file = try D4RLFile(path: folder("hopper_buffer-r9.hdf5"), includingNextObservations: true)
        #expect(file.count == 450)
        let ends = (0..<file.count).filter { file.terminals[$0] == 1 || file.timeouts?[$0] == 1 }
        // Random actions throw a hopper over within some thirty steps.
        #expect(ends.count > 5 && ends.last == 449)
        for i in 0..<file.count - 1 where !ends.contains(i) {
            let next = file.nextObservations.map { Array($0[i * 11..<(i + 1) * 11]) }
            #expect(next == Array(file.observations[(i + 1) * 11..<(i + 2) * 11]), "row \(i)")
        }
    }
}

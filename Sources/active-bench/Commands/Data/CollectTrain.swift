import ArgumentParser
import Behaviour
import Cases
import Environments
import Failures
import Foundation
import MPI
import Numerics
import Policies
import Storage
import Supervision
import Teams

extension Collect {
    /// `active-bench collect train`: runs SAC in an environment.
    struct Train: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Train behaviour policies with SAC, keeping snapshots and the learning curve.",
            discussion: """
                mpirun -n 2 active-bench collect train --env hopper --seeds 0-1 --steps 400000 --out runs/behaviour/hopper

                Each seed has a folder seed-K in --out, with policy-STEP.safetensors and learning-curve.csv. The same command \
                resumes trainings that were stopped; with more --steps they go on. SIGINT, SIGHUP, SIGTERM, SIGUSR1, \
                --max-hours or a file STOP in the folder stop all of them with a checkpoint.

                Exit codes: 0 all steps are made; 64 usage, 65 bad input, 69 a precision that this processor lacks, 70 bug, \
                74 input or output failed, 75 stopped before, or in use by another job.
                """)

        @Option(help: "Environment to train in.")
        var env: String
        @Option(help: "Environment steps, each followed by a gradient step after the warm-up of 1,000.")
        var steps = 400_000
        @Option(help: "Seeds: 0, 0-3 or 0,2,5; shared among MPI ranks.")
        var seeds = SeedList([0])
        @Option(help: "Steps between snapshots.")
        var snapshotEvery = 10_000
        @Option(help: "Stochastic episodes in which a snapshot is evaluated.")
        var episodes = 10
        @Option(help: "Copies of the environment in which the policy acts at once.")
        var environments = 1
        @Option(help: "Precision of the products of hidden layers: fp32, bf16.")
        var precision = Precision.full
        @Option(help: "Checkpoint (checkpoint-STEP.bin) of a training whose networks and optimisers to start from.")
        var from: String?
        @Option(help: "With --from: steps of its policy that fill the replay buffer before learning goes on.")
        var refill = 50_000
        @Option(help: "At the end, write the transitions of these steps to this HDF5 file, in D4RL's layout.")
        var record: String?
        @OptionGroup var stopping: StopOptions
        @Option(help: "Folder of the trainings.")
        var out: String

        func validate() throws {
            func require(_ isGood: Bool, _ option: String, _ expected: String, _ found: Any) throws {
                if !isGood { throw ValidationError("\(option): expected \(expected), found \(found)") }
            }
            try require((1...1000).contains(environments), "--environments", "1 to 1000", environments)
            try require(snapshotEvery > 0, "--snapshot-every", "1 or more", snapshotEvery)
            try require((1...100_000).contains(episodes), "--episodes", "1 to 100000", episodes)
            try require(
                snapshotEvery % environments == 0, "--snapshot-every", "a multiple of --environments \(environments)",
                snapshotEvery)
            try require(
                steps > 0 && steps <= Int(Int32.max) && steps % snapshotEvery == 0, "--steps",
                "a multiple of --snapshot-every \(snapshotEvery)", steps)
            try require(refill > 0, "--refill", "1 or more", refill)
            try require(record == nil || seeds.seeds.count == 1, "--record", "one seed", seeds.seeds.count)
        }

        func run() throws {
            runOnAllRanks { world in
                Supervision.listenForStop(tells: world.rank == 0)
                // Every rank finds the same environment, so the error is reported once.
                try world.agree(that: { _ = try BehaviourTraining.environment(env) })
                let start = try world.agreeOnStart(from)
                let run = BehaviourRun(
                    try settings(start), start: start?.checkpoint, output: out, options: options)
                var loss: (any Error)?
                let isFinished = try run.run(world) { seed, snapshot, rate in
                    // A failed print does not end training: the curve is in the folder, and the error is reported at
                    // the end.
                    do { try emit(line: line(seed, snapshot, rate)) } catch { loss = loss ?? error }
                    if let warning = snapshot.warning { say("step \(snapshot.step): MuJoCo warned: \(warning)") }
                }
                Supervision.ignoreStops()
                if let loss {
                    say(loss)
                    return ExitStatus(for: loss)
                }
                return isFinished ? .done : .stopped
            }
        }

        private var options: BehaviourRun.Options {
            var options = BehaviourRun.Options(steps: steps)
            options.checkpoints = stopping.rule
            options.maximumHours = stopping.maxHours
            options.buffer = record
            return options
        }

        /// The settings of each seed's training.
        private func settings(_ start: BehaviourStart?) throws -> [BehaviourSettings] {
            let name = try BehaviourTraining.environment(env).specification.name
            try start?.require(environment: name)
            return seeds.seeds.map { seed in
                var settings = BehaviourSettings(environment: name, seed: seed, snapshotEvery: snapshotEvery)
                settings.episodes = episodes
                settings.environments = environments
                settings.precision = precision.rawValue
                if let start {
                    settings.warmUp = refill
                    settings.start = start.record
                }
                return settings
            }
        }

        private func line(_ seed: Int, _ snapshot: BehaviourTraining.Snapshot, _ rate: Double) -> String {
            (seeds.seeds.count > 1 ? "seed \(seed)  " : "")
                + String(
                    format: "step %d  return %.1f ± %.1f  length %.0f  %.0f steps/s", snapshot.step,
                    snapshot.meanReturn, snapshot.deviation, snapshot.meanLength, rate)
        }
    }
}

/// Seeds on the command line: "0", "0-3" or "0,2,5".
struct SeedList: ExpressibleByArgument {
    let seeds: [Int]

    init(_ seeds: [Int]) { self.seeds = seeds }

    init?(argument: String) {
        let ends = argument.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        if ends.count == 2, let first = ends[0], let last = ends[1], first <= last, last - first < 10_000 {
            seeds = Array(first...last)
        } else {
            let words = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            seeds = words.compactMap { $0 }
            guard words.count == seeds.count, !seeds.isEmpty, Set(seeds).count == seeds.count else { return nil }
        }
        guard seeds.allSatisfy({ (0...Int(Int32.max)).contains($0) }) else { return nil }
    }

    var defaultValueDescription: String { seeds.map { String($0) }.joined(separator: ",") }
}

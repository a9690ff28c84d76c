import ArgumentParser
import Foundation
import Scaling

/// `active-bench scale`: measures how gradient steps scale over ranks, and predicts it for many.
struct Scale: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how gradient steps scale over ranks, and predict it for thousands.",
        discussion: """
            mpirun -n 2 active-bench scale --members 10 --study jobs/studies/paper.yaml --out results/scaling/here

            Strong scaling is one case on a team, weak scaling one case whose ensemble grows with the team, throughput a \
            case on every rank, all with synthetic transitions of Hopper's sizes. Speed-up is work per second (a step's \
            exact multiply-adds) divided by that of one rank, efficiency is speed-up divided by the number of ranks. The \
            model replays a recorded step on the ranks of a team with messages by LogGP; its values are printed next to \
            the measured ones. Measurements with ranks that share cores say nothing about scaling.
            """)

    @Option(help: "Learner.")
    var learner = ScalingOptions().learner
    @Option(help: "Members of the ensemble on one rank, for a learner with an ensemble.")
    var members = ScalingOptions().members
    @Argument(help: "Settings to change, such as batch=64.")
    var settings: [String] = []
    @Option(help: "Seconds of each measurement in a round.")
    var seconds = ScalingOptions().seconds
    @Option(help: "Rounds, of which medians are taken.")
    var rounds = ScalingOptions().rounds
    @Flag(help: "Predict with the measured cost of messages between these ranks. (default on two ranks or more)")
    var measureNetwork = false
    @Option(
        help: "Predict with these costs of messages: L,o,g,G in µs, µs, µs and ns per byte, or a file network.json.")
    var network: String?
    @Option(help: "Ranks up to which to predict.")
    var predict = ScalingOptions().largest
    @Option(help: "Study file (YAML) whose makespan is also predicted.")
    var study: String?
    @Option(help: "Folder for tables and scale.json.")
    var out: String?
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        func require(_ isGood: Bool, _ option: String, _ expected: String, _ found: Any) throws {
            if !isGood { throw ValidationError("\(option): expected \(expected), found \(found)") }
        }
        try require((0.001...60).contains(seconds), "--seconds", "0.001 to 60", seconds)
        try require((1...1000).contains(rounds), "--rounds", "1 to 1000", rounds)
        try require((1...65_536).contains(predict), "--predict", "1 to 65536", predict)
        guard !measureNetwork || network == nil else {
            throw ValidationError("--measure-network and --network: expected one of them")
        }
    }

    func run() throws {
        runOnAllRanks { world in
            let study = try ScalingStudy(options, world: world)
            guard let report = try study.run() else { return }
            if let out { try report.write(to: out) }
            try emit(json ? try report.json() + "\n" : report.text)
        }
    }

    private var options: ScalingOptions {
        var options = ScalingOptions()
        options.learner = learner
        options.members = members
        options.settings = settings
        options.seconds = seconds
        options.rounds = rounds
        options.messageCosts = network
        options.measuresMessages = measureNetwork
        options.largest = predict
        options.study = study
        options.output = out
        return options
    }
}

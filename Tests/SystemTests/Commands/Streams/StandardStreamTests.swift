import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// Standard streams that are closed, full, or without a reader: a result that cannot be written to standard output
/// gives exit code 74 with a sentence, messages on standard error are lost, and nothing else changes.
@Suite(.serialized) struct StandardStreamTests {
    private let folder = TemporaryFolder()

    /// A small command, and the properties of its result.
    struct Command: CustomTestStringConvertible {
        let name: String
        /// Its arguments, in which OUT is an absent path.
        let words: [String]
        /// Whether it writes a result to standard output.
        var writesOutput = true
        /// Whether it gives the same result each time.
        var isRepeatable = true
        /// Whether several ranks execute it together.
        var isParallel = false

        var testDescription: String { name + (words.contains("--json") ? " --json" : "") }
    }

    private static let out = SystemRun.undisturbed("out")
    private static let policy = SystemRun.inputs("policy.safetensors")
    private static let dataset = SystemRun.inputs("hopper_random-r1.hdf5")
    private static let study: String = {
        let study = SystemRun.study(
            "streams", steps: 20, evaluate: "every: 10, episodes: 1",
            learners: " {BC: {hidden: [16, 16], batch: 32}}")
        put(study.utf8, at: SystemRun.inputs("streams.yaml"))
        return SystemRun.inputs("streams.yaml")
    }()

    /// Input of `summarise`: run folders of two sweeps, costs of steps, and measurements of ranks.
    private static let findings: TemporaryFolder = {
        let folder = TemporaryFolder()
        func run(_ name: String, seeds: String, learners: String) throws {
            let study = SystemRun.study(name, steps: 10, evaluate: "every: 10, episodes: 1", learners: learners)
            put(study.replacing("seeds: [0, 1]", with: "seeds: \(seeds)").utf8, at: folder("\(name).yaml"))
            let child = try SystemRun.activeBench("run", folder("\(name).yaml"), "--out", folder(name))
            precondition(child.exitCode == 0, child.output)
        }
        do {
            try run("sizes", seeds: "0-1", learners: " {ACTIVE-I: {hidden: [16, 16], batch: 32, sweep: {m: [1, 2]}}}")
            let sweep = "sweep: {precision: [fp32, bf16]}"
            try run("precisions", seeds: "0-9", learners: " {BC: {hidden: [32, 32], batch: 32, \(sweep)}}")
            let costs = try SystemRun.activeBench(
                "bench", "steps", "--as-is", "--only", "ACTIVE-I m=1,ACTIVE-I m=2", "--steps", "1", "--repetitions",
                "1", "--json")
            put(costs.standardOutput.utf8, at: folder("costs.json"))
            let files = FileManager.default
            try files.createDirectory(atPath: folder("ranks/round-1"), withIntermediateDirectories: true)
            for name in ["shards-1", "shards-2", "team-1", "team-2", "small-1", "small-2"] {
                try files.copyItem(atPath: folder("sizes"), toPath: folder("ranks/round-1/\(name)"))
            }
            try files.copyItem(atPath: folder("sizes"), toPath: folder("ranks/checkpoints"))
            for name in ["products-1", "products-2"] {
                put(#"{"productsPerSecond": 10000}"#.utf8, at: folder("ranks/round-1/\(name)"))
            }
        } catch {
            fatalError("the inputs of summarise cannot be made: \(error)")
        }
        return folder
    }()

    /// A folder in which a dataset of ours is there.
    private static let made: String = {
        let folder = SystemRun.inputs("made")
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        symlink(dataset, folder + "/hopper_medium-r1.hdf5")
        return folder
    }()

    /// Every subcommand of active-bench; `everySubcommandIsHere` checks that none is missing.
    static let commands =
        [
            Command(name: "config", words: ["IQL", "hopper-medium-v2"]),
            Command(name: "plan", words: [study, "--ranks", "2"], isRepeatable: false),
            Command(name: "run", words: [study, "--out", "OUT"], isParallel: true),
            Command(name: "status", words: [out]),
            Command(name: "table", words: [out]),
            Command(
                name: "evaluate", words: ["--env", "hopper", "--episodes", "2", "--policy", policy], isParallel: true),
            Command(
                name: "render",
                words: ["--env", "hopper", "--policy", policy, "--size", "16x16", "--steps", "2", "--out", "OUT"]),
            Command(
                name: "collect train",
                words: ["--env", "hopper", "--steps", "4", "--snapshot-every", "2", "--out", "OUT"],
                isRepeatable: false),
            Command(
                name: "collect rollout",
                words: ["--env", "hopper", "--policy", policy, "--transitions", "20", "--out", "OUT"],
                isParallel: true),
            Command(name: "collect dataset", words: ["hopper-medium-r1", "--out", made], isParallel: true),
            Command(name: "collect halve", words: ["--policy", policy, "--out", "OUT"], writesOutput: false),
            Command(name: "data list", words: []),
            Command(name: "data info", words: [dataset, "--json"]),
            Command(name: "data info", words: [dataset]),
            Command(name: "data compare", words: [dataset, dataset, "--steps", "2", "--queries", "5"]),
            Command(name: "data verify", words: [dataset, dataset]),
            Command(name: "data inspect", words: [dataset], isRepeatable: false),
            Command(
                name: "bench steps",
                words: ["--as-is", "--only", "BC", "--steps", "1", "--repetitions", "1", "--profile", "--team"],
                isRepeatable: false, isParallel: true),
            Command(
                name: "bench rollout", words: ["--env", "hopper", "--episodes", "1", "--repetitions", "1"],
                isRepeatable: false),
            Command(name: "bench loading", words: [dataset, "--repetitions", "1"], isRepeatable: false),
            Command(name: "bench product", words: ["--seconds", "0.01"], isRepeatable: false),
            Command(name: "bench product", words: ["--seconds", "0.01", "--json"], isRepeatable: false),
            Command(
                name: "scale", words: ["--seconds", "0.001", "--rounds", "1", "--predict", "2", "--learner", "BC"],
                isRepeatable: false, isParallel: true),
            Command(
                name: "conform", words: ["\(ConformCommandTests.fixtures)/bc.h5", "--out", "OUT"], writesOutput: false),
            Command(name: "probe-likelihood", words: ["hopper-random-r1", "--steps", "2", "--out", "OUT"]),
            Command(name: "info", words: [], isParallel: true),
            Command(name: "help", words: ["run"]),
            Command(name: "--help", words: []),
            Command(name: "run", words: ["--help"]),
            Command(name: "data recipes", words: []),
            Command(
                name: "summarise ensemble-size", words: [findings("sizes"), "--costs", findings("costs.json")]),
            Command(name: "summarise precision", words: [findings("precisions")]),
            Command(name: "summarise ranks", words: [findings("ranks")]),
            Command(name: "summarise soak", words: [findings("sizes"), "--checkpoint-steps", "10"]),
            Command(name: "--generate-completion-script", words: ["bash"]),
        ]

    // MARK: States of the streams

    /// A line of Bash that runs its arguments with the streams in this state.
    enum Streams: String, CaseIterable {
        case fullOutput = "exec \"$@\" >/dev/full"
        case closedOutput = "exec \"$@\" >&- <&-"
        case allClosed = "exec \"$@\" >&- 2>&- <&-"
        case unreadOutput = "UNREAD; exec env --default-signal=PIPE \"$@\" >&9 9>&-"
        case unreadOutputAndNoSignal = "UNREAD; exec env --ignore-signal=PIPE \"$@\" >&9 9>&-"
        case fullError = "exec \"$@\" 2>/dev/full"
        case closedError = "exec \"$@\" 2>&- <&-"
        case unreadError = "UNREAD; exec env --default-signal=PIPE \"$@\" 2>&9 9>&-"

        /// A state of mpirun's own streams; mpirun may die itself if they are closed.
        static let ofLauncher = "exec \"$@\" >/dev/full 2>/dev/full"

        /// The words put before a command.
        var shell: [String] { Streams.shell(rawValue) }

        /// The words that run `line` in Bash; where it asks for one, descriptor 9 is a pipe whose reader has gone.
        static func shell(_ line: String) -> [String] {
            let unread = "f=$(mktemp -u) && mkfifo $f && exec 8<>$f 9>$f 8>&- && rm $f"
            return ["/bin/bash", "-c", line.replacing("UNREAD", with: unread), "bash"]
        }
    }

    /// Runs a command after the words of `prefix`, or under an mpirun that is started after the words of `launch`.
    private func run(
        _ command: Command, _ prefix: [String] = [], ranks: Int? = nil, launch: [String] = []
    ) throws -> ChildProcess {
        try? FileManager.default.removeItem(atPath: folder("out"))
        let arguments =
            command.name.split(separator: " ").map { String($0) }
            + command.words.map { $0 == "OUT" ? folder("out") : $0 }
        let environment = ["ACTIVE_BENCH_DATA": SystemRun.inputs.path]
        let child =
            if let shell = launch.first {
                try ChildProcess.run(
                    shell,
                    launch.dropFirst() + ["mpirun", "-n", "2", RunningProcess.path(of: "active-bench")] + arguments,
                    environment: environment)
            } else {
                try ChildProcess.run(
                    "active-bench", arguments, ranks: ranks, prefix: prefix, environment: environment)
            }
        if command.name == "run", command.words.contains("OUT") {
            #expect(text(of: folder("out/table.md")).contains("hopper-random-r1"), "it is done: \(child.output)")
        }
        return child
    }

    // MARK: Every command

    @Test func everySubcommandIsHere() throws {
        struct Help: Decodable {
            struct Command: Decodable {
                let commandName: String
                let subcommands: [Command]?

                func leaves(_ before: [String] = []) -> [String] {
                    guard let subcommands, !subcommands.isEmpty else {
                        return [(before + [commandName]).joined(separator: " ")]
                    }
                    return subcommands.flatMap { $0.leaves(before + [commandName]) }
                }
            }
            let command: Command
        }
        let child = try SystemRun.activeBench("--experimental-dump-help")
        let help = try JSONDecoder().decode(Help.self, from: Data(child.standardOutput.utf8))
        let names = help.command.subcommands?.flatMap { $0.leaves() } ?? []
        #expect(names.count > 20)
        let known = Set(Self.commands.map(\.name) + ["summarise precision"])
        #expect(names.filter { !known.contains($0) } == [], "commands that StandardStreamTests.commands does not have")
    }

    @Test(arguments: commands) func alone(command: Command) throws {
        for streams in [Streams.fullOutput, .closedOutput, .unreadOutput] { try expectLoss(of: command, streams) }
        let outputs = try [Streams.closedError, .unreadError].map { try output(of: command, $0) }
        #expect(outputs[0] == outputs[1] || !command.isRepeatable)
    }

    /// Rarer states of the streams, with a command of each kind: its result comes at the end of a run, from one
    /// process, from ranks, or from a process that it starts.
    @Test(
        arguments: commands.filter { ["run", "table", "info"].contains($0.name) } + [
            Command(
                name: "bench steps", words: ["--only", "BC", "--steps", "1", "--repetitions", "1"], isRepeatable: false)
        ])
    func aloneWithRarerStreams(command: Command) throws {
        for streams in [Streams.allClosed, .unreadOutputAndNoSignal] { try expectLoss(of: command, streams) }
        _ = try output(of: command, .fullError)
    }

    private func expectLoss(of command: Command, _ streams: Streams) throws {
        let child = try run(command, streams.shell)
        #expect(child.exitCode == (command.writesOutput ? 74 : 0), "\(streams): \(child.output)")
        if command.writesOutput && streams != .allClosed { expectOneSentence(child, "\(streams)") }
    }

    /// The complete result of a command whose standard output works.
    private func output(of command: Command, _ streams: Streams) throws -> String {
        let child = try run(command, streams.shell)
        #expect(child.exitCode == 0, "\(streams): \(child.output)")
        #expect(child.standardOutput.isEmpty != command.writesOutput, "\(streams)")
        return child.standardOutput
    }

    private func expectOneSentence(_ child: ChildProcess, _ streams: String) {
        let errorLines = child.errorLines.filter { $0.contains("standard output: cannot write: ") }
        #expect(errorLines.count == 1, "\(streams): \(child.output)")
        #expect(!child.standardError.contains("Fatal") && !child.standardError.contains("Crash"), "\(streams)")
    }

    // MARK: With mpirun

    /// Every rank has these streams: rank 0 has the result to write, and its exit code is the job's.
    @Test(arguments: commands.filter(\.isParallel)) func onEveryRank(command: Command) throws {
        let output = try run(command, Streams.fullOutput.shell, ranks: 2)
        #expect(output.exitCode == 74, "\(output.output)")
        expectOneSentence(output, "full")
        let error = try run(command, Streams.closedError.shell, ranks: 2)
        #expect(error.exitCode == 0 && !error.standardOutput.isEmpty, "\(error.output)")
    }

    /// mpirun's own streams, of which it does not inform the ranks: rank
    /// 0 reports the error, and its code is the job's.
    @Test(arguments: commands) func ofTheLauncher(command: Command) throws {
        let child = try run(command, launch: Streams.shell(Streams.ofLauncher))
        // A command for one process refuses two ranks; two that write the same file may disturb each other.
        let codes: Set<Int32> = command.isParallel || command.writesOutput ? [64, 74] : [0, 64, 74]
        #expect(codes.contains(child.exitCode), "\(child.output)")
        if command.isParallel { #expect(child.exitCode == 74, "\(child.output)") }
    }

    /// The launcher's standard output is a device, a pipe or a file that cannot be written: the error is one sentence.
    @Test(arguments: [
        ("exec \"$@\" >/dev/full", "No space left on device"),
        ("exec \"$@\" >&-", "it is closed"),
        ("UNREAD; exec \"$@\" >&9 9>&-", "Broken pipe"),
        ("truncate -s 1G out; ulimit -f 1048576; exec env --ignore-signal=XFSZ \"$@\" >>out", "File too large"),
    ])
    func theLauncherCannotPassItOn(streams: String, reason: String) throws {
        let child = try ChildProcess.run(
            "/bin/bash",
            Streams.shell("cd '\(folder.path)'; " + streams).dropFirst() + [
                "mpirun", "-n", "2", RunningProcess.path(of: "active-bench"), "info",
            ])
        #expect(child.exitCode == 74, "\(child.output)")
        let sentence = "standard output: cannot write: \(reason)"
        #expect(child.errorLines.filter { $0.hasSuffix(sentence) }.count == 1, "\(child.output)")
    }

    /// The launcher's standard output works, and the whole result arrives.
    @Test(arguments: [">out", ">>out", "| cat >out", "2>/dev/full >out", "<&- >out"])
    func theLauncherPassesItOn(streams: String) throws {
        let child = try ChildProcess.run(
            "/bin/bash",
            Streams.shell("cd '\(folder.path)'; \"$@\" \(streams)").dropFirst() + [
                "mpirun", "-n", "2", RunningProcess.path(of: "active-bench"), "info",
            ])
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(text(of: folder("out")).contains("\nranks         2\n"))
    }
}

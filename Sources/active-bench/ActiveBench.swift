import ArgumentParser
import Console
import Failures
import Foundation
import Numerics
import Paths
import Supervision

/// The command line of active-bench.
@main
struct ActiveBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "active-bench",
        abstract: "Benchmark offline reinforcement learning (ACTIVE and its baselines) over MPI ranks.",
        subcommands: [
            ConfigCommand.self, PlanCommand.self, Run.self, Status.self, Table.self, Evaluate.self, Render.self,
            Collect.self,
            DataCommand.self, Bench.self, Scale.self, Summarise.self, Conform.self,
            ProbeLikelihood.self, Info.self,
        ])

    static func main() {
        // With SIGXFSZ ignored, exceeding the limit on file sizes is an error of the write call instead of the
        // process's end.
        signal(SIGXFSZ, SIG_IGN)
        Console.prepare()
        // Ctrl-C and similar signals end a command at once without leaving partial files; `run` handles them itself.
        Supervision.endOnSignals()
        do {
            try ProductBackEnd.requireValidVariables()
            try MatrixUnit.requireValidVariable()
        } catch {
            say(error)
            Foundation.exit(ExitStatus(for: error).rawValue)
        }
        chooseKernels()
        BLASLibrary.useOneThread()
        do {
            let words = Array(PathBytes.arguments.dropFirst())  // paths may be any bytes
            try refuseEmpty(words)
            var command = try parseAsRoot(words)
            try command.run()
        } catch {
            end(with: error)
        }
    }

    /// Refuses empty words, which a script passes when a variable is not set: paths made from them would be in the root
    /// folder.
    private static func refuseEmpty(_ words: [String]) throws {
        for (index, word) in words.enumerated() where word.isEmpty || word.hasPrefix("--") && word.hasSuffix("=") {
            let before = word.isEmpty ? words[..<index].last ?? "active-bench" : word
            throw ValidationError(
                "expected a value after '\(before)', found an empty word: is a variable of the script not set?")
        }
    }

    /// Replaces `ParsableCommand.exit(withError:)`, which ignores failed writes. Help, version and shell completion
    /// scripts are results and go to standard output, everything else to standard error.
    private static func end(with error: any Error) -> Never {
        let text = fullMessage(for: error)
        var status = exitCode(for: error).rawValue
        if status != ExitStatus.done.rawValue {
            if !text.isEmpty { Console.note(text) }
        } else if !text.isEmpty {
            do {
                try emit(line: text)
            } catch {
                say(error)
                status = ExitStatus(for: error).rawValue
            }
        }
        Foundation.exit(status)
    }
}

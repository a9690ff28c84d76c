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
            DataCommand.self, Bench.self, Scale.self, Conform.self, ProbeLikelihood.self, Info.self,
        ])

    static func main() {
        // A limit on the size of files is to be an error of the call that meets it, not a death without a word.
        signal(SIGXFSZ, SIG_IGN)
        Console.prepare()
        // Ctrl-C and its like end a command at once, and leave nothing half done; `run` takes them otherwise.
        Supervision.endOnSignals()
        chooseKernels()
        BLASLibrary.useOneThread()
        do {
            let words = Array(PathBytes.arguments.dropFirst())  // paths of any bytes
            try refuseEmpty(words)
            var command = try parseAsRoot(words)
            try command.run()
        } catch {
            end(with: error)
        }
    }

    /// Refuses words with nothing in them, as a script's variable that is not set leaves them: paths made of them would be
    /// those of the root folder.
    private static func refuseEmpty(_ words: [String]) throws {
        for (index, word) in words.enumerated() where word.isEmpty || word.hasPrefix("--") && word.hasSuffix("=") {
            let before = word.isEmpty ? words[..<index].last ?? "active-bench" : word
            throw ValidationError(
                "expected something behind '\(before)', found an empty word: is a variable of the script not set?")
        }
    }

    /// As `ParsableCommand.exit(withError:)`, which loses what it cannot write: help, a version or a script for a shell goes
    /// to standard output as a result, anything else to standard error.
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

import ArgumentParser
import Console
import Failures
import Foundation
import RunFolders

/// `active-bench status`: shows the progress of a run, from any shell that sees its folder.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the progress of the run in a folder: which ranks work on what, what failed, what is left.",
        discussion: """
            Reads only the run's files, so it needs neither MPI nor the run's node, and also works on finished and killed \
            runs. A case whose process is gone waits for the next run, which resumes it from its checkpoint.

            With --others-at-work it watches until it knows whether other jobs work on all open cases. It ends with 0 if all \
            of them are done or held by processes whose heartbeats changed, with 75 if one is free or held by a process that \
            is alive but has made no progress for five minutes: run the study again.
            """)

    @Argument(help: "Run folder.")
    var folder: String
    @Flag(help: "Also list the cases that are done or waiting.")
    var cases = false
    @Flag(help: "As JSON, with every case; with --watch one line each time.")
    var json = false
    @Option(help: "Seconds between repetitions, until all cases are done; once if not given.")
    var watch: Double?

    @Flag(help: "Watch whether other jobs work on all open cases.")
    var othersAtWork = false

    func validate() throws {
        if othersAtWork, watch != nil || json || cases {
            throw ValidationError("--others-at-work: expected no other option with it")
        }
        if let watch, !(0.1...86_400).contains(watch) {
            throw ValidationError("--watch: expected 0.1 to 86400 seconds, found \(watch)")
        }
    }

    func run() throws {
        if othersAtWork { return try watchOthers() }
        try runAlone {
            while true {
                let status = try RunStatus(folder)
                try emit(json ? status.json(isOneLine: watch != nil) + "\n" : page(status))
                guard let watch, status.count(.done) < status.cases.count else { return }
                Thread.sleep(forTimeInterval: watch)
            }
        }
    }

    private func watchOthers() throws {
        var isFree = false
        try runAlone {
            var others = try OtherJobs(folder)
            let verdict = try others.watch { Console.note("\(folder): \($0)") }
            Console.note("\(folder): \(text(of: verdict))")  // The exit code is the answer.
            switch verdict {
            case .complete, .atWork: break
            case .free, .standsStill: isFree = true
            }
        }
        if isFree { throw ExitCode(ExitStatus.stopped.rawValue) }
    }

    private func text(of verdict: OtherJobs.Verdict) -> String {
        switch verdict {
        case .complete: "every case is done"
        case .atWork(let holders):
            "each of the \(holders.count) open cases is in use by another job, whose heartbeat changes: "
                + OtherJobs.list(holders)
        case .free(let name, let reason): "\(name) is free (\(reason)): run it again"
        case .standsStill(let name, let holder):
            "\(name) is in use by \(holder), which is alive but has made no progress for \(Int(OtherJobs.heartbeatTimeout)) s: end it, "
                + "or let it continue, and run it again"
        }
    }

    /// The status as a page: replaces the previous one on a terminal, otherwise followed by an empty line.
    private func page(_ status: RunStatus) -> String {
        let text = status.text(isEveryCaseListed: cases)
        guard watch != nil else { return text }
        return isatty(STDOUT_FILENO) == 1 ? "\u{1B}[H\u{1B}[2J" + text : text + "\n"
    }
}

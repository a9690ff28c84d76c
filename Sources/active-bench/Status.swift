import ArgumentParser
import Foundation
import Harness

/// `active-bench status`: how a run is getting on, from any shell that sees its folder.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how the run in a folder is getting on: who works on what, what failed, what is left.",
        discussion: """
            Reads the run's files alone, so it needs neither MPI nor the node the run is on, and works on finished and \
            killed runs as well. A case whose process is gone waits for the next run, which goes on from its checkpoint.
            """)

    @Argument(help: "Run folder.")
    var folder: String
    @Flag(help: "List the cases that are done or wait, too.")
    var cases = false
    @Flag(help: "As JSON, with every case; with --watch a line each time.")
    var json = false
    @Option(help: "Show it again every so many seconds, until all cases are done.")
    var watch: Double?

    func validate() throws {
        if let watch, !(0.1...86_400).contains(watch) {
            throw ValidationError("--watch: expected 0.1 to 86400 seconds, found \(watch)")
        }
    }

    func run() throws {
        try runAlone {
            while true {
                let status = try RunStatus(folder)
                try emit(json ? status.json(isOneLine: watch != nil) + "\n" : page(status))
                guard let watch, status.count(.done) < status.cases.count else { return }
                Thread.sleep(forTimeInterval: watch)
            }
        }
    }

    /// On a terminal in place of the one before, elsewhere with an empty line after it.
    private func page(_ status: RunStatus) -> String {
        let text = status.text(isEveryCaseListed: cases)
        guard watch != nil else { return text }
        return isatty(STDOUT_FILENO) == 1 ? "\u{1B}[H\u{1B}[2J" + text : text + "\n"
    }
}

import ArgumentParser
import Foundation
import Report
import RunFolders

/// `active-bench table`: prints the scores of a run folder.
struct Table: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Aggregate the finished cases of a run folder into the paper's table.")

    /// The formats of the table.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case markdown, latex, csv
    }

    @Argument(help: "Run folder.")
    var folder: String
    @Option(name: .customLong("protocol"), help: "Which evaluation counts: last, best or last10.")
    var selection: ScoreProtocol.Selection = .last
    @Option(help: "markdown, latex or csv.")
    var format: Format = .markdown

    func run() throws {
        try runAlone {
            let aggregation = try Aggregation(RunFolder(folder))
            aggregation.removeLeftClaims()
            let table = try aggregation.table(selection)
            switch format {
            case .markdown: try emit(table.markdown())
            case .latex: try emit(table.latex())
            case .csv: try emit(table.csv())
            }
        }
    }
}

extension ScoreProtocol.Selection: ExpressibleByArgument {}

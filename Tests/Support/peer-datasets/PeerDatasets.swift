import DatasetTraces
import Foundation

/// Compares our reading of datasets with that of others: `peer-datasets KIND [--of N] FOLDER TRACE.h5 …`, where FOLDER
/// holds the datasets and N is their number. KIND is `minari` for Minari's datasets, as the minari package reads them, or
/// `d4rl` for recordings of ours, as D4RL's rule reads them. Tests/Peers/run.sh makes datasets and traces and runs this
/// program.
///
/// Exit code 1 if a dataset differs, is missing or cannot be read, 64 without traces.
@main
enum PeerDatasets {
    /// The datasets that are compared.
    private enum Kind: String {
        case minari
        case d4rl

        var name: String { self == .minari ? "datasets of Minari's" : "recordings of ours by D4RL's rule" }

        /// The columns that differ, a line for each.
        func differences(_ trace: String, in folder: String) throws -> [String] {
            switch self {
            case .minari: try MinariTrace(trace).differences(in: folder)
            case .d4rl: try D4RLTrace(trace).differences(in: folder)
            }
        }
    }

    static func main() {
        var words = CommandLine.arguments.dropFirst()
        guard let kind = words.popFirst().flatMap({ Kind(rawValue: $0) }) else { endWithUsage() }
        var expected: Int?
        if words.first == "--of" {
            expected = words.dropFirst().first.flatMap { Int($0) }
            words = words.dropFirst(2)
        }
        guard let root = words.first, words.count > 1 else { endWithUsage() }
        do {
            let differences = try words.dropFirst().flatMap { try kind.differences($0, in: root) }
            for line in differences { print(line) }
            let verdict = differences.isEmpty ? "all agree" : "\(differences.count) columns differ"
            let count = words.count - 1
            let all = expected ?? count
            end(
                "\(count) of \(all) \(kind.name) compared, \(verdict)",
                code: differences.isEmpty && count == all ? 0 : 1)
        } catch {
            end("peer-datasets: \(error)", code: 1)
        }
    }

    private static func endWithUsage() -> Never {
        end("usage: peer-datasets minari|d4rl [--of N] FOLDER TRACE.h5 …", code: 64)
    }

    private static func end(_ message: String, code: Int32) -> Never {
        print(message)
        exit(code)
    }
}

import Foundation
import MinariTraces

/// Compares our reading of Minari datasets with that of the minari package: `peer-minari [--of N] FOLDER TRACE.h5 …`,
/// where FOLDER holds the datasets and N is their number. Tests/Peers/run.sh makes datasets and traces and runs this
/// program.
///
/// Exit code 1 if a dataset differs, is missing or cannot be read, 64 without traces.
@main
enum PeerMinari {
    static func main() {
        var words = CommandLine.arguments.dropFirst()
        var expected: Int?
        if words.first == "--of" {
            expected = words.dropFirst().first.flatMap { Int($0) }
            words = words.dropFirst(2)
        }
        guard let root = words.first, words.count > 1 else {
            end("usage: peer-minari [--of N] FOLDER TRACE.h5 …", code: 64)
        }
        do {
            let differences = try words.dropFirst().flatMap { try MinariTrace($0).differences(in: root) }
            for line in differences { print(line) }
            let verdict = differences.isEmpty ? "all agree" : "\(differences.count) columns differ"
            let count = words.count - 1
            let all = expected ?? count
            end(
                "\(count) of \(all) datasets of Minari's compared, \(verdict)",
                code: differences.isEmpty && count == all ? 0 : 1)
        } catch {
            end("peer-minari: \(error)", code: 1)
        }
    }

    private static func end(_ message: String, code: Int32) -> Never {
        print(message)
        exit(code)
    }
}

import Environments
import Foundation
import PeerTraces

/// Compares our environments with the traces on the command line.
/// Tests/Peers/run.sh makes traces and runs this program.
///
///     peer-steps [--of N] TRACE.h5 …
///
/// N: the number of peers; a missing peer counts as a disagreement. Exit code 1 if an environment disagrees, a peer is
/// missing or a trace cannot be compared, 64 without traces.
@main
enum PeerSteps {
    static func main() {
        var files = CommandLine.arguments.dropFirst()
        var expected: Int?
        if files.first == "--of" {
            expected = files.dropFirst().first.flatMap { Int($0) }
            files = files.dropFirst(2)
        }
        if files.isEmpty { end("usage: peer-steps [--of N] TRACE.h5 …", code: 64) }
        do {
            let agreements = try files.map(compare)
            let disagreeing = agreements.count { !$0 }
            let all = expected ?? files.count
            let verdict = disagreeing == 0 ? "all agree" : "\(disagreeing) disagree"
            end(
                "\(files.count) of \(all) peers compared with MuJoCo \(EnvironmentRegistry.simulatorVersion), \(verdict)",
                code: disagreeing == 0 && files.count == all ? 0 : 1)
        } catch {
            end("peer-steps: \(error)", code: 1)
        }
    }

    /// Prints the differences between our environment and one trace; returns whether they are within the tolerance.
    private static func compare(_ file: String) throws -> Bool {
        let trace = try PeerTrace(file)
        let comparison = try PeerComparison(trace)
        let agreement = comparison.agreement(within: PeerTrace.tolerance)
        let agrees = agreement >= trace.expectedAgreement
        print(
            """
            \(trace.environment) (\(trace.profile.rawValue), MuJoCo \(EnvironmentRegistry.simulatorVersion)) \
            and \(trace.peer) (\(trace.packages)): \(trace.count) steps
                |Δ| median, 99 %, maximum: observation \(spread(comparison.observation)); \
            state \(spread(comparison.state)); reward \(spread(comparison.reward))
                terminal: \(trace.terminals.count { $0 }), \(comparison.terminalDiffers.count { $0 }) otherwise
                \(agrees ? "agree" : "DISAGREE"): \(percentage(agreement)) of the steps within \(PeerTrace.tolerance), \
            expected \(percentage(trace.expectedAgreement))
            """)
        return agrees
    }

    private static func percentage(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

    private static func end(_ message: String, code: Int32) -> Never {
        print(message)
        exit(code)
    }
}

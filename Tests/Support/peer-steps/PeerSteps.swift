import Foundation
import PeerTraces

/// Compares our environments with the traces named on the command line; Tests/Peers/run.sh makes traces and runs it.
///
/// Exit code 1 when an environment disagrees or a trace cannot be compared, 64 without traces.
@main
enum PeerSteps {
    static func main() {
        let files = CommandLine.arguments.dropFirst()
        if files.isEmpty { end("usage: peer-steps TRACE.h5 …", code: 64) }
        do {
            let agreements = try files.map(compare)
            let disagreeing = agreements.count { !$0 }
            let verdict = disagreeing == 0 ? "all agree" : "\(disagreeing) disagree"
            end("\(files.count) peers compared, \(verdict)", code: disagreeing == 0 ? 0 : 1)
        } catch {
            end("peer-steps: \(error)", code: 1)
        }
    }

    /// Prints how far one trace's environment is from ours; returns whether that is near enough.
    private static func compare(_ file: String) throws -> Bool {
        let trace = try PeerTrace(file)
        let comparison = try PeerComparison(trace)
        let tolerance = trace.tolerance
        let agrees = comparison.agrees(within: tolerance)
        print(
            """
            \(trace.environment) (\(trace.profile.rawValue)) and \(trace.peer) of \(trace.packages): \(trace.count) steps
                observation  \(spread(comparison.observation))  (median, 99 %, maximum of |Δ|; allowed \(tolerance))
                qpos, qvel   \(spread(comparison.state))
                reward       \(spread(comparison.reward))
                terminal     \(trace.terminals.count { $0 }) times, \(comparison.terminalMismatches.count) differ \
            \(comparison.terminalMismatches.prefix(8))
                \(agrees ? "agree" : "DISAGREE")
            """)
        return agrees
    }

    private static func end(_ message: String, code: Int32) -> Never {
        print(message)
        exit(code)
    }
}

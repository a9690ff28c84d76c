import Failures
import Foundation
import Paths
import Storage

/// What messages between ranks cost, by the LogGP model (Alexandrov, Ionescu, Schauser, Scheiman; SPAA 1995), in seconds.
///
/// A message of k bytes occupies its sender for o, arrives L + k·G after that and occupies its reader for another o; between
/// two messages of a sender, or to a reader, there are at least max(g, k·G).
package struct LogGPParameters: Sendable, Codable, Equatable {
    /// L.
    package var latency: Double
    /// o, of the processor, at each end.
    package var overhead: Double
    /// g, between messages.
    package var gap: Double
    /// G, the inverse of the bandwidth.
    package var gapPerByte: Double
    /// What an MPI_Allreduce takes over what as many rounds of messages as recursive doubling has take; 1 if it is not known.
    package var reductionFactor: Double

    /// Parameters in seconds, and seconds per byte.
    package init(
        latency: Double, overhead: Double, gap: Double, gapPerByte: Double, reductionFactor: Double = 1
    ) {
        self.latency = latency
        self.overhead = overhead
        self.gap = gap
        self.gapPerByte = gapPerByte
        self.reductionFactor = reductionFactor
    }

    /// Messages that cost nothing.
    package static let free = LogGPParameters(latency: 0, overhead: 0, gap: 0, gapPerByte: 0)

    /// Seconds from the beginning of a send to the end of the receive, both ranks having nothing else to do.
    package func message(bytes: Int) -> Double { 2 * overhead + latency + Double(bytes) * gapPerByte }

    /// Seconds between two messages of so many bytes on their way from or to a rank.
    package func interval(bytes: Int) -> Double { max(gap, Double(bytes) * gapPerByte) }

    /// Seconds of an MPI_Allreduce once all of `ranks` are there.
    package func reduction(bytes: Int, ranks: Int) -> Double {
        reductionFactor * Double(LogGPParameters.rounds(ranks)) * message(bytes: bytes)
    }

    /// Messages one after the other in recursive doubling; ranks beyond a power of two join one before and hear after.
    static func rounds(_ ranks: Int) -> Int {
        guard ranks > 1 else { return 0 }
        let doublings = Int.bitWidth - 1 - ranks.leadingZeroBitCount
        return ranks == 1 << doublings ? doublings : doublings + 2
    }
}

// On the command line.
extension LogGPParameters {
    /// Parameters as words: "1.5,0.5,1,0.08", which are L, o and g in µs and G in ns per byte; or the path of a JSON file
    /// that has them as `active-bench scale --out` writes them, in seconds.
    ///
    /// - Throws: `HarnessError.usage` for words that are none, `HarnessError.badInput` for a file that is none.
    package init(_ text: String) throws {
        if let kind = PathKind(ofPath: text), kind != .file {
            throw HarnessError.badInput("\(text): expected a file network.json, found \(kind.rawValue)")
        }
        if let data = try FileCalls.current.contents(of: text) {
            guard let parameters = try? JSONDecoder().decode(LogGPParameters.self, from: data) else {
                throw HarnessError.badInput(
                    "\(text): expected JSON with the numbers latency, overhead, gap, gapPerByte and reductionFactor")
            }
            guard parameters.isPossible else {
                throw HarnessError.badInput("\(text): expected times of 0 or more, found \(parameters.sentence)")
            }
            self = parameters
        } else {
            let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
            guard numbers.count == 4, case let known = numbers.compactMap({ $0 }), known.count == 4 else {
                throw HarnessError.usage(
                    "--network: expected L,o,g,G in µs, µs, µs and ns per byte, such as 1.5,0.5,1,0.08, or a file, "
                        + "found '\(text)'")
            }
            self.init(
                latency: known[0] * 1e-6, overhead: known[1] * 1e-6, gap: known[2] * 1e-6, gapPerByte: known[3] * 1e-9)
            guard isPossible else {
                throw HarnessError.usage("--network: expected times of 0 or more, found '\(text)'")
            }
        }
    }

    private var isPossible: Bool {
        // A factor measured on a machine that is busy otherwise may be large.
        [latency, overhead, gap, gapPerByte].allSatisfy { $0 >= 0 && $0 < 1e3 } && reductionFactor >= 0
            && reductionFactor < 1e9
    }

    /// "L 0.31 µs, o 0.20 µs, g 0.25 µs, G 0.110 ns/B (9.1 GB/s), reductions × 1.2".
    package var sentence: String {
        String(
            format: "L %.2f µs, o %.2f µs, g %.2f µs, G %.3f ns/B", latency * 1e6, overhead * 1e6, gap * 1e6,
            gapPerByte * 1e9) + (gapPerByte > 0 ? String(format: " (%.1f GB/s)", 1e-9 / gapPerByte) : "")
            + (reductionFactor == 1 ? "" : String(format: ", reductions × %.2f", reductionFactor))
    }
}

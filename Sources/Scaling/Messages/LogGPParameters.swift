import Failures
import Foundation
import Paths
import Storage

/// The cost of messages between ranks in the LogGP model (Alexandrov, Ionescu, Schauser, Scheiman; SPAA 1995), in
/// seconds.
///
/// A message of k bytes occupies its sender for o, arrives L + k·G later and occupies its receiver for another o;
/// between two messages from one sender, or to one receiver, at least max(g, k·G) passes.
package struct LogGPParameters: Sendable, Codable, Equatable {
    /// The latency L.
    package var latency: Double
    /// The overhead o of the processor, at each end.
    package var overhead: Double
    /// The gap g between messages.
    package var gap: Double
    /// The gap per byte G, the inverse of the bandwidth.
    package var gapPerByte: Double
    /// The time of an MPI_Allreduce divided by that of the messages of recursive doubling; 1 if unknown.
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

    /// Messages that take no time.
    package static let free = LogGPParameters(latency: 0, overhead: 0, gap: 0, gapPerByte: 0)

    /// Seconds from the start of a send to the end of the receive, if both ranks are idle.
    package func message(bytes: Int) -> Double { 2 * overhead + latency + Double(bytes) * gapPerByte }

    /// The shortest interval in seconds between two messages of `bytes` from or to a rank.
    package func interval(bytes: Int) -> Double { max(gap, Double(bytes) * gapPerByte) }

    /// Seconds of an MPI_Allreduce after all of `ranks` have arrived.
    package func reduction(bytes: Int, ranks: Int) -> Double {
        reductionFactor * Double(LogGPParameters.rounds(ranks)) * message(bytes: bytes)
    }

    /// The number of consecutive messages in recursive doubling; ranks beyond a power of two send one before and
    /// receive one after.
    static func rounds(_ ranks: Int) -> Int {
        guard ranks > 1 else { return 0 }
        let doublings = Int.bitWidth - 1 - ranks.leadingZeroBitCount
        return ranks == 1 << doublings ? doublings : doublings + 2
    }
}

// Parsing the command line.
extension LogGPParameters {
    /// Parses "1.5,0.5,1,0.08", which is L, o and g in µs and G in ns per byte; or reads a JSON file written by
    /// `active-bench scale --out`, in seconds.
    ///
    /// - Throws: `HarnessError.usage` for invalid words, `HarnessError.badInput` for an invalid file.
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
        // A factor measured on a busy machine may be large.
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

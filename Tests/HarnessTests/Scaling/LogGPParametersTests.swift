import Failures
import Foundation
import Scaling
import ScratchFiles
import Testing

@Suite struct LogGPParametersTests {
    private let cluster = LogGPParameters(latency: 1.5e-6, overhead: 0.5e-6, gap: 1e-6, gapPerByte: 0.08e-9)

    /// The timings that a network with these parameters would have.
    private func timings(_ costs: LogGPParameters, burst: Int = 32) -> MessageTimings {
        var timings = MessageTimings()
        timings.halfRoundTrips = [0, 256, 1024, 4096, 32_768].map { ($0, costs.message(bytes: $0)) }
        (timings.send, timings.receive) = (costs.overhead, costs.overhead)
        timings.burst = burst
        timings.burstSeconds = Double(burst - 1) * costs.gap + 2 * costs.message(bytes: 0)
        timings.reductions = [(1024, 2), (1024, 4), (4096, 5)].map {
            ($0, $1, costs.reduction(bytes: $0, ranks: $1))
        }
        return timings
    }

    private func expectClose(
        _ found: LogGPParameters, _ expected: LogGPParameters, within tolerance: Double,
        location: SourceLocation = #_sourceLocation
    ) {
        for path in [
            \LogGPParameters.latency, \.overhead, \.gap, \.gapPerByte, \.reductionFactor,
        ] {
            #expect(
                abs(found[keyPath: path] - expected[keyPath: path]) <= tolerance * expected[keyPath: path],
                "\(path): \(found[keyPath: path])", sourceLocation: location)
        }
    }

    @Test(arguments: [1, 2.5]) func fitFindsTheParametersOfTheTimings(factor: Double) {
        var costs = cluster
        costs.reductionFactor = factor
        expectClose(LogGPParameters(fitting: timings(costs)), costs, within: 1e-9)
    }

    /// Times that are off by +2 % and −2 % in turn change no parameter by more than 15 %.
    @Test func fitOfNoisyTimings() {
        var noisy = timings(cluster)
        for i in noisy.halfRoundTrips.indices { noisy.halfRoundTrips[i].seconds *= i % 2 == 0 ? 1.02 : 0.98 }
        expectClose(LogGPParameters(fitting: noisy), cluster, within: 0.15)
    }

    /// Timings that no network could have give parameters that a network could have.
    @Test func nothingIsNegative() {
        var odd = timings(cluster)
        odd.halfRoundTrips = [(0, 4e-6), (1024, 3e-6), (4096, 2e-6)]
        odd.burstSeconds = 1e-6
        odd.send = 1
        let costs = LogGPParameters(fitting: odd)
        #expect(costs.gapPerByte == 0 && costs.gap == 0 && costs.latency >= 0 && costs.overhead >= 0)
        #expect(costs.message(bytes: 1024) > 2e-6 && costs.message(bytes: 1024) < 4e-6)
        let nothing = LogGPParameters(fitting: MessageTimings())
        #expect(nothing == LogGPParameters(latency: 0, overhead: 0, gap: 0, gapPerByte: 0))
    }

    /// Rounds of recursive doubling: log₂ for a power of two, two more for any number between two powers.
    @Test(arguments: [(1, 0), (2, 1), (3, 3), (4, 2), (6, 4), (8, 3), (4096, 12), (4097, 14)])
    func reductions(ranks: Int, rounds: Int) {
        let seconds = cluster.reduction(bytes: 1000, ranks: ranks)
        #expect(abs(seconds - Double(rounds) * (2 * 0.5e-6 + 1.5e-6 + 1000 * 0.08e-9)) < 1e-15)
    }

    @Test func wordsOnTheCommandLine() throws {
        expectClose(try LogGPParameters("1.5,0.5,1,0.08"), cluster, within: 1e-12)
        #expect(throws: HarnessError.self) { try LogGPParameters("1.5,0.5,1,-0.08") }
        for words in ["", "1.5", "1.5,0.5,1", "1.5,0.5,1,x", "1,2,3,4,5", "1.5,0.5,1,nan", "/proc/absent.json"] {
            do {
                _ = try LogGPParameters(words)
                Issue.record("'\(words)' was taken")
            } catch {
                #expect(ExitStatus(for: error) == .usage && "\(error)".hasPrefix("--network: expected "), "\(error)")
            }
        }
    }

    @Test func fileOnTheCommandLine() throws {
        let folder = TemporaryFolder()
        put(try JSONEncoder().encode(cluster), at: folder("network.json"))
        #expect(try LogGPParameters(folder("network.json")) == cluster)
        put(Array("{\"latency\": 1}".utf8), at: folder("other.json"))
        do {
            _ = try LogGPParameters(folder("other.json"))
            Issue.record("a file without an overhead was taken")
        } catch {
            #expect(ExitStatus(for: error) == .badInput && "\(error)".contains("other.json: expected JSON"), "\(error)")
        }
    }
}

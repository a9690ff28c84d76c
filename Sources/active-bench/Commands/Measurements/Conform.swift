import ArgumentParser
import ConformanceTraces
import Foundation
import Numerics
import Storage

extension Precision: ExpressibleByArgument {}

/// `active-bench conform`: runs a learner over another framework's trace.
struct Conform: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a learner over a conformance trace and record its updates.",
        discussion: """
            The trace contains batches, noise and initial parameters; the output losses, final parameters and Adam's moments. \
            The format is described in Tests/Conformance/README.md.
            """)

    @Argument(help: "Trace (HDF5).")
    var trace: String
    @Option(help: "HDF5 file to write.")
    var out: String
    @Option(help: "Updates between states that are also written; only the last if not given.")
    var every: Int?
    @Option(help: "Compute in this precision (fp32, bf16, bf16x3) instead of the trace's.")
    var precision: Precision?

    func validate() throws {
        if let every, every < 1 { throw ValidationError("--every: expected 1 or more, found \(every)") }
    }

    func run() throws {
        try runAlone {
            try DurableFile.requireOther(than: [trace], for: out, called: "the trace")
            try DurableFile.requireNothingElse(at: out)
            try Conformance(trace, precision: precision).run(output: out, every: every)
        }
    }
}

import ArgumentParser
import Benchmarks
import Foundation
import Numerics
import Storage

/// `active-bench bench product`: measures the rate of the matrix product, the reference for gradient steps.
struct BenchProduct: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "product",
        abstract: "Count 256³ matrix products per second on one core; run several at once to compare cores.",
        discussion: "mpirun -n 2 active-bench bench product --seconds 10")

    @Option(help: "Seconds to measure.")
    var seconds = 5.0
    @Flag(help: "Print JSON, a line for each process.")
    var json = false
    @Flag(help: "Time the products of a hidden layer in bf16 and bf16x3 instead, with the unit that computes them.")
    var bf16 = false
    @Flag(help: .hidden)
    var once = false

    func validate() throws {
        guard (0.01...3600).contains(seconds) else {
            throw ValidationError("--seconds: expected 0.01 to 3600, found \(seconds)")
        }
    }

    func run() throws {
        let product = MatrixProductRate()
        try runAlone {
            if bf16 { return try reportBFloat16() }
            if once { return try emit(line: "\(BLASLibrary.coreType) \(product.seconds())") }
            let rate = product.perSecond(over: seconds)
            let report = Report(
                kernels: BLASLibrary.coreType, productsPerSecond: rate,
                gigaflops: rate * 2e-9 * MatrixProductRate.multiplyAdds)
            try emit(line: json ? jsonText(report, as: .line) : report.line)
        }
    }

    private struct Report: Encodable {
        let kernels: String
        let productsPerSecond, gigaflops: Double

        var line: String {
            "\(kernels) " + String(format: "%.0f products/s, %.1f GFLOP/s", productsPerSecond, gigaflops)
        }
    }

    private func reportBFloat16() throws {
        try Precision.bfloat16.requireAvailable()
        for precision in [Precision.bfloat16, .bfloat16x3] {
            try emit(line: "\(precision.rawValue) by \(MatrixUnit.selected?.rawValue ?? "nothing"), 256 x 256 matrices")
            for result in BFloat16ProductRate(precision).lines() {
                let rate = 2e-9 * result.multiplyAdds / result.seconds
                try emit(
                    line: "  " + result.name.padding(toLength: 38, withPad: " ", startingAt: 0)
                        + String(format: "%8.1f us", 1e6 * result.seconds)
                        + (rate > 0 ? String(format: " %8.0f GFLOP/s", rate) : ""))
            }
        }
    }
}

package import Algorithms
import Foundation
package import Numerics

/// A profile of gradient steps: products by shape, elementwise work by kernel, sampling, exchanges, and the remainder,
/// so that the lines sum to the total.
package struct StepProfile: Sendable {
    /// The number of steps.
    package let steps: Int
    /// Wall-clock seconds of all steps.
    package let seconds: Double
    /// The kernels' totals over all steps.
    package let lines: [KernelProfile.Line]

    /// Profiles `steps` further steps of `loop`.
    package init(of loop: TrainingLoop, steps: Int) { self.init(steps: steps) { loop.run(steps) } }

    /// - `body`: makes the steps.
    package init(steps: Int, _ body: () -> Void) {
        self.steps = steps
        KernelProfile.start()
        seconds = Numerics.seconds(body)
        KernelProfile.stop()
        lines = KernelProfile.lines
    }

    /// A row of the table: a kernel with a shape, or the remainder.
    struct Row {
        var name: String
        var shape = ""
        var callsPerStep = 0.0
        /// Microseconds per step.
        var microseconds: Double
        var share: Double
        /// "250 GFLOP/s" for products, "40 GB/s" for the other kernels.
        var rate = ""
    }

    /// The rows, most expensive first, the remainder last.
    var rows: [Row] {
        let rows = lines.sorted { $0.seconds > $1.seconds }.map { line in
            Row(
                name: line.kernel,
                shape: [line.rows, line.columns, line.inner].filter { $0 > 0 }.map { "\($0)" }.joined(separator: "×"),
                callsPerStep: Double(line.calls) / Double(steps), microseconds: 1e6 * line.seconds / Double(steps),
                share: line.seconds / seconds, rate: rate(of: line))
        }
        let rest = seconds - lines.map(\.seconds).reduce(0, +)
        return rows + [
            Row(
                name: "everything else: losses, weights, minima", microseconds: 1e6 * rest / Double(steps),
                share: rest / seconds)
        ]
    }

    private func rate(of line: KernelProfile.Line) -> String {
        guard line.seconds > 0 else { return "" }
        if line.inner > 1 {
            let operations = 2 * Double(line.rows * line.columns) * Double(line.inner) * Double(line.calls)
            return String(format: "%.0f GFLOP/s", 1e-9 * operations / line.seconds)
        }
        return line.bytes > 0 ? String(format: "%.0f GB/s", 1e-9 * Double(line.bytes) / line.seconds) : ""
    }

    /// The table; its last line is the total.
    package var text: String {
        func line(_ cells: [String]) -> String {
            let widths = [42, 14, 11, 10, 8, 14]
            return zip(cells, widths).enumerated().map { k, cell in
                k == 0
                    ? cell.0.padding(toLength: cell.1, withPad: " ", startingAt: 0)
                    : String(repeating: " ", count: max(1, cell.1 - cell.0.count)) + cell.0
            }.joined() + "\n"
        }
        let body = rows.map { row in
            line([
                row.name, row.shape, row.callsPerStep > 0 ? String(format: "%.1f", row.callsPerStep) : "",
                String(format: "%.1f", row.microseconds), String(format: "%.1f %%", 100 * row.share), row.rate,
            ])
        }
        let whole = rows.map(\.microseconds).reduce(0, +)
        return line(["kernel", "shape", "calls/step", "µs/step", "share", "rate"]) + body.joined()
            + line(["the whole", "", "", String(format: "%.1f", whole), "100.0 %", ""])
    }
}

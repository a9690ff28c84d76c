import Foundation
package import Numerics

/// Where the time of gradient steps goes: products by shape, elementwise work by kernel, sampling, exchanges; and what is left,
/// so that the lines add up to the whole.
package struct StepProfile: Sendable {
    /// Of how many steps.
    package let steps: Int
    /// Of all of them, on the clock.
    package let seconds: Double
    /// Of all of them.
    package let lines: [Profile.Line]

    /// Makes so many steps more.
    package init(of loop: StepLoop, steps: Int) { self.init(steps: steps) { loop.run(steps) } }

    /// - Parameter body: makes them.
    package init(steps: Int, _ body: () -> Void) {
        self.steps = steps
        Profile.start()
        seconds = Numerics.seconds(body)
        Profile.stop()
        lines = Profile.lines
    }

    /// A row of the table: a kernel with a shape, or what is left.
    struct Row {
        var name: String
        var shape = ""
        var callsPerStep = 0.0
        /// A step's.
        var microseconds: Double
        var share: Double
        /// "250 GFLOP/s" of products, "40 GB/s" of the others.
        var rate = ""
    }

    /// Dearest first, the rest last.
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

    private func rate(of line: Profile.Line) -> String {
        guard line.seconds > 0 else { return "" }
        if line.inner > 1 {
            let operations = 2 * Double(line.rows * line.columns) * Double(line.inner) * Double(line.calls)
            return String(format: "%.0f GFLOP/s", 1e-9 * operations / line.seconds)
        }
        return line.bytes > 0 ? String(format: "%.0f GB/s", 1e-9 * Double(line.bytes) / line.seconds) : ""
    }

    /// The table, the last line being the whole.
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

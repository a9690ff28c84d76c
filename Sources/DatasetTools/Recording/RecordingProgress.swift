import Console
import Foundation
package import Numerics
import Report

/// The progress of a recording on standard error: on a terminal a line that is redrawn every second, elsewhere a plain line
/// every ten seconds.
package final class RecordingProgress {
    private let name: String
    private let total: Int
    private let isLive: Bool
    private let clock: MonotonicClock
    private let say: (String) -> Void
    private let start: DispatchTime
    private var lastShown: DispatchTime
    private var isDrawn = false

    /// Begins to measure time.
    ///
    /// - `name`: what is recorded, the first word of each line.
    /// - `total`: the number of rows in the end.
    /// - `isLive`: whether lines are redrawn.
    /// - `say`: writes a line.
    package init(
        of name: String, total: Int, isLive: Bool = Console.isErrorTerminal, clock: MonotonicClock = .system,
        say: @escaping (String) -> Void = { Console.note($0) }
    ) {
        self.name = name
        self.total = total
        self.isLive = isLive
        self.clock = clock
        self.say = say
        start = clock.now()
        lastShown = start
    }

    /// Shows the number of rows so far if enough time has passed.
    package func show(rows: Int) {
        guard clock.seconds(since: lastShown) >= (isLive ? 1 : 10) else { return }
        lastShown = clock.now()
        let text = line(rows: rows)
        say((isDrawn ? "\u{1B}[A\u{1B}[J" : "") + text)
        isDrawn = isLive
    }

    /// "hopper_medium-r1.hdf5: 250000 of 1000000 rows, 12500 rows/s, about 1m00s left".
    private func line(rows: Int) -> String {
        let seconds = clock.seconds(since: start)
        let rate = Double(rows) / seconds
        let left = rows > 0 && rows < total ? ", about \(duration(Double(total - rows) / rate)) left" : ""
        return "\(name): \(rows) of \(total) rows, \(String(format: "%.0f", rate)) rows/s\(left)"
    }
}

import DatasetTools
import ManualClock
import Testing

@Suite struct RecordingProgressTests {
    @Test(arguments: [
        (false, ["mine: 500 of 4000 rows, 50 rows/s, about 1m10s left", "mine: 4000 of 4000 rows, 200 rows/s"]),
        (
            true,
            [
                "mine: 200 of 4000 rows, 50 rows/s, about 1m16s left",
                "\u{1B}[A\u{1B}[Jmine: 500 of 4000 rows, 50 rows/s, about 1m10s left",
                "\u{1B}[A\u{1B}[Jmine: 4000 of 4000 rows, 200 rows/s",
            ]
        ),
    ])
    func linesAfterSomeTime(isLive: Bool, expected: [String]) {
        let time = ManualClock()
        var lines: [String] = []
        let progress = RecordingProgress(of: "mine", total: 4000, isLive: isLive, clock: time.clock) {
            lines.append($0)
        }
        progress.show(rows: 100)
        for (seconds, rows) in [(4.0, 200), (0.5, 210), (5.5, 500), (10, 4000)] {
            time.advance(by: seconds)
            progress.show(rows: rows)
        }
        #expect(lines == expected)
    }
}

import Console
import Foundation
package import Numerics
import Report
package import Studies
import Supervision

/// The progress of a run, shown by rank 0 on standard error: on a terminal one line per rank that is redrawn, elsewhere
/// a plain line every ten seconds and whenever a case finishes.
package final class ProgressDisplay {
    private let cases: [StudyCase]
    private let seconds: [Double]
    private let total: Double
    private let finishedBefore: Int
    /// The gradient steps that open cases had before the run, by case index.
    private let stepsBefore: [Int: Int]
    /// Seconds that a rank may be silent; nil for no limit.
    private let silenceLimit: Double?
    private var lastHeard: [DispatchTime]
    private let isLive: Bool
    private let clock: MonotonicClock
    private let start: DispatchTime
    private var records: [ProgressRecord]
    private var lastShown: DispatchTime?
    private var doneWhenShown = 0
    private var linesDrawn = 0

    /// - Parameters:
    ///   - seconds: the predicted seconds of what remains of every case of the plan, on one rank.
    ///   - open: the open cases by index, with the gradient steps already made.
    ///   - silenceLimit: seconds that a working rank may be silent; nil for no limit.
    package init(
        cases: [StudyCase], seconds: [Double], open: [Int: Int], ranks: Int, silenceLimit: Double? = nil,
        clock: MonotonicClock = .system
    ) {
        self.clock = clock
        start = clock.now()
        self.cases = cases
        self.seconds = seconds
        stepsBefore = open
        self.silenceLimit = silenceLimit
        total = open.keys.sorted().map { seconds[$0] }.reduce(0, +)
        finishedBefore = cases.count - open.count
        records = [ProgressRecord](repeating: ProgressRecord(), count: ranks)
        lastHeard = [DispatchTime](repeating: start, count: ranks)
        isLive = Console.isErrorTerminal
    }

    package var isEveryRankFinished: Bool { records.allSatisfy { $0.isFinished == 1 } }

    package var isAnyRankStopping: Bool { records.contains { $0.stopSignal != 0 } }

    /// "SIGUSR1 received on rank 2"; nil if no rank has received a signal.
    package var signalReceived: String? {
        guard let rank = records.firstIndex(where: { $0.stopSignal > 0 }) else { return nil }
        return "\(Supervision.name(ofSignal: records[rank].stopSignal)) received on rank \(rank)"
    }

    package func update(rank: Int, _ record: ProgressRecord) {
        records[rank] = record
        lastHeard[rank] = clock.now()
    }

    /// A rank that works on a case and has been silent for longer than its own watchdog allows: its process or its node
    /// must have stopped.
    package var silentRank: Int? {
        guard let silenceLimit else { return nil }
        return records.indices.first { rank in
            records[rank].isFinished == 0 && records[rank].caseIndex >= 0
                && clock.seconds(since: lastHeard[rank]) > silenceLimit + ProgressDisplay.silenceMargin
        }
    }

    /// Seconds by which a rank's own watchdog may be late.
    private static let silenceMargin = 10.0

    /// The number of finished cases, including those of earlier runs.
    package var casesDone: Int { finishedBefore + records.map { Int($0.casesDone) }.reduce(0, +) }

    /// Seconds since the first case began.
    package var elapsed: Double { clock.seconds(since: start) }

    /// Shows the progress if enough time has passed.
    func show() {
        let silence = lastShown.map { clock.seconds(since: $0) } ?? .infinity
        guard silence >= (isLive ? 1 : 10) || (casesDone > doneWhenShown && !isLive) else { return }
        lastShown = clock.now()
        doneWhenShown = casesDone
        if isLive { draw() } else { ProgressDisplay.say(summary) }
    }

    /// Shows the final line immediately.
    func end(_ text: String) {
        if isLive { draw() }
        ProgressDisplay.say(text)
    }

    /// "[1m05s] cases 2/8, 41 %, 324 steps/s, about 3m10s left"; without the rate if no rank has measured one, as while
    /// cases take less than a second.
    package var summary: String {
        let worked = self.worked
        let rate = records.map(\.stepsPerSecond).reduce(0, +)
        var text = "[\(duration(elapsed))] cases \(casesDone)/\(cases.count)"
        if total > 0 { text += String(format: ", %.0f %%", min(100, 100 * worked / total)) }
        if let rate = stepRate(Double(rate)) { text += ", \(rate)" }
        if worked > 0, worked < total, !isEveryRankFinished {
            text += ", about \(duration(elapsed * (total - worked) / worked)) left"
        }
        return text
    }

    /// The predicted seconds of the work that is done.
    private var worked: Double {
        records.map { record in
            guard cases.indices.contains(Int(record.caseIndex)) else { return Double(record.workDone) }
            let index = Int(record.caseIndex)
            let before = stepsBefore[index] ?? 0
            let share = Double(max(0, Int(record.step) - before)) / Double(max(1, cases[index].steps - before))
            return Double(record.workDone) + seconds[index] * share
        }.reduce(0, +)
    }

    private func draw() {
        let lines = [summary] + records.enumerated().compactMap { line(rank: $0, $1) }
        let up = linesDrawn > 0 ? "\u{1B}[\(linesDrawn)A\u{1B}[J" : ""
        ProgressDisplay.say(up + lines.joined(separator: "\n"))
        linesDrawn = lines.count
    }

    /// The line of a rank; nil for a member of a team that is not its leader.
    private func line(rank: Int, _ record: ProgressRecord) -> String? {
        if record.isFinished == 1 { return "  rank \(rank): \(record.casesDone) cases done, nothing left" }
        guard cases.indices.contains(Int(record.caseIndex)) else { return nil }
        let studyCase = cases[Int(record.caseIndex)]
        let share = 100 * Double(record.step) / Double(studyCase.steps)
        return "  rank \(rank): \(studyCase.identifier) " + String(format: "%3.0f %%", share)
            + (stepRate(Double(record.stepsPerSecond)).map { ", \($0)" } ?? "")
    }

    static func say(_ text: String) {
        Console.note(text)
    }
}

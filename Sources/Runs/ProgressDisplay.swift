import Console
import Foundation
import Numerics
import Report
package import Studies
import Supervision

/// What rank 0 shows of a run, on standard error: on a terminal a line per rank that is redrawn, elsewhere a plain line
/// every ten seconds and whenever a case finishes.
package final class ProgressDisplay {
    private let cases: [StudyCase]
    private let seconds: [Double]
    private let total: Double
    private let finishedBefore: Int
    /// Gradient steps that open cases had before the run, by their index.
    private let stepsBefore: [Int: Int]
    /// Seconds that a rank may be silent.
    private let silenceLimit: Double?
    private var lastHeard: [DispatchTime]
    private let isLive: Bool
    private let start = DispatchTime.now()
    private var records: [ProgressRecord]
    private var lastShown: DispatchTime?
    private var doneWhenShown = 0
    private var linesDrawn = 0

    /// - Parameters:
    ///   - seconds: predicted, of what is left of every case of the plan, on one rank.
    ///   - open: the cases that are to be done, by their index, with the gradient steps that they have.
    ///   - silenceLimit: seconds for which a rank at work may be silent; nil for any number.
    package init(
        cases: [StudyCase], seconds: [Double], open: [Int: Int], ranks: Int, silenceLimit: Double? = nil
    ) {
        self.cases = cases
        self.seconds = seconds
        stepsBefore = open
        self.silenceLimit = silenceLimit
        total = open.keys.sorted().map { seconds[$0] }.reduce(0, +)
        finishedBefore = cases.count - open.count
        records = [ProgressRecord](repeating: ProgressRecord(), count: ranks)
        lastHeard = [DispatchTime](repeating: .now(), count: ranks)
        isLive = ProgressDisplay.isTerminal
    }

    /// Under mpirun a rank's standard error may be a pseudo-terminal even when mpirun's own goes to a file, so the
    /// launching script says what it has: `-x ACTIVE_BENCH_TTY=1`. Without a launcher the stream itself is asked.
    static var isTerminal: Bool {
        if let value = getenv("ACTIVE_BENCH_TTY") { return String(cString: value) == "1" }
        return getenv("OMPI_COMM_WORLD_SIZE") == nil && getenv("PMI_SIZE") == nil && isatty(STDERR_FILENO) == 1
    }

    package var isEveryRankFinished: Bool { records.allSatisfy { $0.isFinished == 1 } }

    package var isAnyRankStopping: Bool { records.contains { $0.stopSignal != 0 } }

    /// "SIGUSR1 received on rank 2"; nil where no signal has come to a rank.
    package var signalReceived: String? {
        guard let rank = records.firstIndex(where: { $0.stopSignal > 0 }) else { return nil }
        return "\(Supervision.name(ofSignal: records[rank].stopSignal)) received on rank \(rank)"
    }

    package func update(rank: Int, _ record: ProgressRecord) {
        records[rank] = record
        lastHeard[rank] = .now()
    }

    /// A rank that has a case, and of which nothing has been heard for longer than its own watchdog would have let it be
    /// silent, had it been able to look: a process that is stopped, a node that is.
    package var silentRank: Int? {
        guard let silenceLimit else { return nil }
        return records.indices.first { rank in
            records[rank].isFinished == 0 && records[rank].caseIndex >= 0
                && secondsSince(lastHeard[rank]) > silenceLimit + ProgressDisplay.silenceMargin
        }
    }

    /// Seconds for a rank's own watchdog to speak first.
    private static let silenceMargin = 10.0

    /// Cases that are done, with those of runs before.
    package var casesDone: Int { finishedBefore + records.map { Int($0.casesDone) }.reduce(0, +) }

    /// Seconds since the first case began.
    package var elapsed: Double { secondsSince(start) }

    /// Shows the state if it is time to.
    func show() {
        let silence = lastShown.map { secondsSince($0) } ?? .infinity
        guard silence >= (isLive ? 1 : 10) || (casesDone > doneWhenShown && !isLive) else { return }
        lastShown = .now()
        doneWhenShown = casesDone
        if isLive { draw() } else { ProgressDisplay.say(summary) }
    }

    /// The last word, whatever the time.
    func end(_ text: String) {
        if isLive { draw() }
        ProgressDisplay.say(text)
    }

    /// "[1m05s] cases 2/8, 41 %, 324 steps/s, about 3m10s left".
    package var summary: String {
        let worked = self.worked
        let rate = records.map(\.stepsPerSecond).reduce(0, +)
        var text = "[\(duration(elapsed))] cases \(casesDone)/\(cases.count)"
        if total > 0 { text += String(format: ", %.0f %%", min(100, 100 * worked / total)) }
        text += String(format: ", %.0f steps/s", rate)
        if worked > 0, worked < total, !isEveryRankFinished {
            text += ", about \(duration(elapsed * (total - worked) / worked)) left"
        }
        return text
    }

    /// Predicted seconds of what has been done.
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

    /// nil for a rank that is one of a team and does not lead it.
    private func line(rank: Int, _ record: ProgressRecord) -> String? {
        if record.isFinished == 1 { return "  rank \(rank): \(record.casesDone) cases done, nothing left" }
        guard cases.indices.contains(Int(record.caseIndex)) else { return nil }
        let studyCase = cases[Int(record.caseIndex)]
        let share = 100 * Double(record.step) / Double(studyCase.steps)
        return "  rank \(rank): \(studyCase.identifier) "
            + String(format: "%3.0f %%, %.0f steps/s", share, record.stepsPerSecond)
    }

    static func say(_ text: String) {
        Console.note(text)
    }
}

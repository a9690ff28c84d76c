import Foundation

/// What rank 0 shows of a run, on standard error: on a terminal a line per rank that is redrawn, elsewhere a plain line
/// every ten seconds and whenever a case finishes.
package final class ProgressBoard {
    private let cases: [Case]
    private let shares: [[Int]]
    private let costs: [Double]
    private let finishedBefore: Int
    private let isLive: Bool
    private let start = DispatchTime.now()
    private var records: [ProgressRecord]
    private var lastShown: DispatchTime?
    private var doneWhenShown = 0
    private var linesDrawn = 0

    /// - Parameters:
    ///   - shares: the indices into `cases` that each rank works off.
    ///   - finishedBefore: cases of the plan that were done when the run began.
    package init(cases: [Case], shares: [[Int]], costs: [Double], finishedBefore: Int) {
        self.cases = cases
        self.shares = shares
        self.costs = costs
        self.finishedBefore = finishedBefore
        records = [ProgressRecord](repeating: ProgressRecord(), count: shares.count)
        isLive = ProgressBoard.isTerminal
    }

    /// Under mpirun a rank's standard error may be a pseudo-terminal even when mpirun's own goes to a file, so the
    /// launching script says what it has: `-x ACTIVE_BENCH_TTY=1`. Without a launcher the stream itself is asked.
    private static var isTerminal: Bool {
        if let value = getenv("ACTIVE_BENCH_TTY") { return String(cString: value) == "1" }
        return getenv("OMPI_COMM_WORLD_SIZE") == nil && getenv("PMI_SIZE") == nil && isatty(STDERR_FILENO) == 1
    }

    package var isEveryRankFinished: Bool { records.allSatisfy { $0.isFinished == 1 } }

    package func update(rank: Int, _ record: ProgressRecord) { records[rank] = record }

    /// Shows the state if it is time to.
    func show() {
        let silence = lastShown.map { secondsSince($0) } ?? .infinity
        let done = records.map { Int($0.casesDone) }.reduce(0, +)
        guard silence >= (isLive ? 1 : 10) || (done > doneWhenShown && !isLive) else { return }
        lastShown = .now()
        doneWhenShown = done
        if isLive { draw() } else { say(summary) }
    }

    /// The last word, whatever the time.
    func end() {
        if isLive { draw() }
        say("finished in \(duration(elapsed)): \(cases.count) of \(cases.count) cases done")
    }

    private var elapsed: Double { secondsSince(start) }

    /// "[1m05s] cases 2/8, 41 %, 324 steps/s, about 3m10s left".
    package var summary: String {
        let done = finishedBefore + records.map { Int($0.casesDone) }.reduce(0, +)
        let total = shares.indices.map { shareCost($0) }.reduce(0, +)
        let worked = shares.indices.map { workedCost($0) }.reduce(0, +)
        let rate = records.map(\.stepsPerSecond).reduce(0, +)
        var text = "[\(duration(elapsed))] cases \(done)/\(cases.count)"
        if total > 0 { text += String(format: ", %.0f %%", 100 * worked / total) }
        text += String(format: ", %.0f steps/s", rate)
        if let left = secondsLeft, !isEveryRankFinished { text += ", about \(duration(left)) left" }
        return text
    }

    private func draw() {
        var lines = [summary]
        for (rank, record) in records.enumerated() {
            let done = Int(record.casesDone)
            guard done < shares[rank].count, record.isFinished == 0 else {
                lines.append("  rank \(rank): \(done) cases done, nothing left")
                continue
            }
            let one = cases[shares[rank][done]]
            lines.append(
                "  rank \(rank): \(done + 1)/\(shares[rank].count) \(one.identifier) "
                    + String(
                        format: "%3.0f %%, %.0f steps/s", 100 * Double(record.step) / Double(one.steps),
                        record.stepsPerSecond))
        }
        let up = linesDrawn > 0 ? "\u{1B}[\(linesDrawn)A" : ""
        say(up + lines.map { "\u{1B}[2K\($0)" }.joined(separator: "\n"))
        linesDrawn = lines.count
    }

    private func shareCost(_ rank: Int) -> Double { shares[rank].map { costs[$0] }.reduce(0, +) }

    private func workedCost(_ rank: Int) -> Double {
        let (share, done) = (shares[rank], Int(records[rank].casesDone))
        var cost = share.prefix(done).map { costs[$0] }.reduce(0, +)
        if done < share.count {
            cost += costs[share[done]] * Double(records[rank].step) / Double(cases[share[done]].steps)
        }
        return cost
    }

    /// The slowest rank's remaining work at its own rate so far.
    private var secondsLeft: Double? {
        let estimates = shares.indices.compactMap { rank -> Double? in
            let (total, worked) = (shareCost(rank), workedCost(rank))
            guard total > worked else { return 0 }
            return worked > 0 ? elapsed * (total - worked) / worked : nil
        }
        return estimates.count == shares.count ? estimates.max() : nil
    }

    private func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}

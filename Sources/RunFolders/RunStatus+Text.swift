import Foundation
import Report
import Storage

// The output of `active-bench status`.
extension RunStatus {
    /// The state of the run as text.
    ///
    /// - Parameter isEveryCaseListed: also lists cases that are done or waiting, one per line.
    package func text(isEveryCaseListed: Bool = false) -> String {
        var lines = [summary]
        if isStopRequested {
            lines.append("\(folder)/\(RunFolder.stopFile) exists: all jobs on this folder stop, and none starts")
        }
        let shown: [State] = [.running, .interrupted, .failed] + (isEveryCaseListed ? [.waiting, .done] : [])
        for state in shown {
            let group = cases.filter { $0.state == state }
            if !group.isEmpty { lines += ["\(state.rawValue):"] + group.map { "  " + $0.text } }
        }
        if !silentRanks.isEmpty { lines += ["silent:"] + silentRanks.map { "  " + $0.text } }
        if let forecast { lines.append(forecast) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// "runs/paper: 540 cases: 12 done, 2 running, 526 waiting (3 of them begun), 0 failed".
    private var summary: String {
        let begun = self.begun > 0 ? " (\(self.begun) of them begun)" : ""
        return "\(folder): \(cases.count) case\(cases.count == 1 ? "" : "s"): \(count(.done)) done, "
            + "\(count(.running)) running, \(waiting) waiting\(begun), \(count(.failed)) failed"
    }

    /// "about 43 % done, about 3h10m left"; nil for a run that is done.
    private var forecast: String? {
        guard count(.done) < cases.count else { return nil }
        return String(format: "about %.0f %% done", (100 * shareDone).rounded(.down))
            + (secondsLeft.map { ", about \(brief($0)) left" } ?? "")
    }

    /// The status as JSON with sorted keys.
    ///
    /// - Parameter isOneLine: one line, for a stream of them.
    package func json(isOneLine: Bool = false) throws -> String {
        struct Document: Encodable {
            let folder: String
            let total, done, running, waiting, begun, failed: Int
            let isStopRequested: Bool
            let shareDone: Double
            let secondsLeft: Double?
            let cases: [Line]
            let silentRanks: [SilentRank]
        }
        let document = Document(
            folder: folder, total: cases.count, done: count(.done), running: count(.running), waiting: waiting,
            begun: begun, failed: count(.failed), isStopRequested: isStopRequested, shareDone: shareDone,
            secondsLeft: secondsLeft, cases: cases, silentRanks: silentRanks)
        return try jsonText(document, as: isOneLine ? .line : .page)
    }
}

extension RunStatus.Line {
    fileprivate var text: String {
        switch state {
        case .done, .waiting: ([self.case] + checkpoint).joined(separator: ": ")
        case .running: "\(self.case): " + ([place] + progress + checkpoint).joined(separator: ", ")
        case .interrupted:
            "\(self.case): interrupted at step \(step) of \(steps), "
                + (checkpointStep.map { "resumes from step \($0)" } ?? "begins again")
                + " (\(holder ?? "")\(reason.map { ", \($0)" } ?? ""))"
        case .failed: "\(failurePlace ?? self.case): \(failureMessage ?? "")"
        }
    }

    /// "ranks 2-3 on node7", or the holder of the claim.
    private var place: String {
        guard let ranks, let hosts, let first = ranks.first else { return holder ?? "" }
        let isRange = ranks == Array(first..<first + ranks.count)
        let list =
            isRange && ranks.count > 1
            ? "\(first)-\(first + ranks.count - 1)" : ranks.map { "\($0)" }.joined(separator: ", ")
        return "rank\(ranks.count == 1 ? "" : "s") \(list) on \(hosts.joined(separator: ", "))"
    }

    /// ["training", "step 1200 of 5000", "81.3 steps/s", "about 47s left"]; unknown parts are left out.
    private var progress: [String] {
        let rate = stepsPerSecond.flatMap { stepRate($0) }
        return [phase ?? "claimed", "step \(step) of \(steps)"] + (rate.map { [$0] } ?? [])
            + (secondsLeft.map { ["about \(brief($0)) left"] } ?? [])
    }

    /// "checkpoint of step 1000, 12s old".
    private var checkpoint: [String] {
        guard state != .done, let checkpointStep, let checkpointAge else { return [] }
        return ["checkpoint of step \(checkpointStep) \(brief(checkpointAge)) old"]
    }
}

extension RunStatus.SilentRank {
    fileprivate var text: String {
        "rank \(rank) of \(ranks) on \(host) (pid \(pid)\(job.map { ", job \($0)" } ?? "")): "
            + (self.case.map { "\($0), " } ?? "") + "\(phase)\(step > 0 ? " at step \(step)" : ""), "
            + "silent for \(brief(age))" + (isGone ? ", its process is gone" : "")
    }
}

/// Like `duration`, but in days for long times, and safe for rates near zero, which would trap there.
private func brief(_ seconds: Double) -> String {
    seconds < 100 * 3600 ? duration(seconds) : seconds < 1e9 ? "\(Int(seconds / 86_400)) days" : "years"
}

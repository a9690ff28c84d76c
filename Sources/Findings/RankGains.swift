import Cases
import Failures
import Foundation
import RunFolders
import Storage

/// The speed-up of two ranks over one, with a case each and with a case shared by a team, and the cost of checkpoints:
/// the table of `jobs/measure-ranks.sh`.
///
/// It reads the folder that the script writes:
///
///     round-1/…                 of every round:
///         shards-1, shards-2    run folders: four IQL cases on one rank and on two
///         team-1, team-2        run folders: ACTIVE-I on one rank and on a team of two
///         small-1, small-2      run folders: IQL on one rank and on a team of two
///         products-1, products-2    what `active-bench bench product --json` printed, before and after the shards,
///                               of one process and of two at once
///     checkpoints               run folder: ACTIVE-I with a checkpoint every minute
///     quickstart                run folder: the quickstart study on two ranks, where it was run
package struct RankGains {
    /// Ratios, one per round.
    private struct Ratios {
        /// Two processes' products per second divided by one's.
        var products: [Double] = []
        /// Seconds on one rank over seconds on two.
        var shards: [Double] = [], team: [Double] = [], small: [Double] = []
    }

    private var ratios = Ratios()
    private let checkpoints: (share: Double, count: Int)
    private let quickstart: Makespan?
    /// What the ranks of the teams of the last round sent: "3.0 messages and 5.1 kB a step, …; …".
    private let teamExchanges, smallExchanges: String

    /// Reads a folder.
    ///
    /// - Throws: `HarnessError` when a file is missing or is not what it should be.
    package init(_ folder: String) throws {
        guard try FileCalls.isFolder(folder) else {
            throw HarnessError.badInput("\(folder): expected the folder that jobs/measure-ranks.sh writes")
        }
        var round = 1
        while try FileCalls.isThere("\(folder)/round-\(round)") {
            func run(_ name: String) -> RunFolder { RunFolder("\(folder)/round-\(round)/\(name)") }
            ratios.products.append(
                try productsPerSecond(run("products-2").path) / productsPerSecond(run("products-1").path))
            ratios.shards.append(try actualSeconds(run("shards-1")) / actualSeconds(run("shards-2")))
            ratios.team.append(try seconds(of: "train", run("team-1")).sum / seconds(of: "train", run("team-2")).sum)
            ratios.small.append(try seconds(of: "train", run("small-1")).sum / seconds(of: "train", run("small-2")).sum)
            round += 1
        }
        guard round > 1 else { throw HarnessError.badInput("\(folder): expected folders round-1, round-2, …") }
        teamExchanges = try exchanges(RunFolder("\(folder)/round-\(round - 1)/team-2"))
        smallExchanges = try exchanges(RunFolder("\(folder)/round-\(round - 1)/small-2"))
        let run = RunFolder("\(folder)/checkpoints")
        let written = try seconds(of: "checkpoint", run)
        checkpoints = (written.sum / (try seconds(of: "train", run).sum), written.count)
        quickstart = try Makespan.readIfThere(RunFolder("\(folder)/quickstart"))
    }

    /// The table in Markdown, and what the ranks of the teams sent.
    package var markdown: String {
        let efficiency = zip(ratios.shards, ratios.products).map { $0 / $1 }
        return """
            | | median, lowest to highest |
            | --- | --- |
            | two independent loops of 256³ products against one | \(spread(ratios.products)) |
            | four IQL cases on two ranks against one | \(spread(ratios.shards)) |
            | **the second over the first** (≥ 0.95) | \(spread(efficiency)) |
            | **ACTIVE-I m = 10 on a team of two against one rank** (≥ 1.75) | \(spread(ratios.team)) |
            | IQL on a team of two against one rank | \(spread(ratios.small)) |
            | **checkpoints every minute, share of training** (< 0.01), ACTIVE-I m = 10 | \
            \(String(format: "%.4f", checkpoints.share)) in \(checkpoints.count) checkpoints |
            | **forecast of the quickstart study on two ranks** | \(forecast) |

            - Of a gradient step, ranks 0 and 1 of the team. ACTIVE-I m = 10: \(teamExchanges). IQL: \(smallExchanges).

            """
    }

    private var forecast: String {
        guard let quickstart else { return "not run" }
        let ratio = quickstart.actual / quickstart.predicted
        return String(
            format: "%.0f s predicted, %.0f s taken: %+.1f %% (within 15 %%: %@)", quickstart.predicted,
            quickstart.actual,
            100 * (ratio - 1), ratio > 0.85 && ratio < 1.15 ? "yes" : "no")
    }
}

/// The median of one value or more, of an even number the lower of the middle two, and the range: "1.963, 1.96 to 1.98".
private func spread(_ values: [Double]) -> String {
    let sorted = values.sorted()
    return String(format: "%.3f, %.2f to %.2f", sorted[(sorted.count - 1) / 2], sorted[0], sorted[sorted.count - 1])
}

/// What each rank of a run sent per gradient step, case by case.
private func exchanges(_ folder: RunFolder) throws -> String {
    let texts = try RankTraffic.readAll(folder).flatMap(\.cases).map { traffic in
        let step = traffic.perStep
        return String(
            format: "%.1f messages and %.1f kB a step, %.3f ms a step in exchanges", step.messages, step.kilobytes,
            step.milliseconds)
    }
    return texts.isEmpty ? "not recorded" : texts.joined(separator: "; ")
}

/// The wall-clock seconds of the last run of a folder.
private func actualSeconds(_ folder: RunFolder) throws -> Double {
    guard let makespan = try Makespan.readIfThere(folder) else {
        throw HarnessError.badInput("\(folder.path): expected a finished run, found no logs/makespan.json")
    }
    return makespan.actual
}

/// The seconds that a phase took and the number of times it occurred, over all cases of a folder.
private func seconds(of phase: String, _ folder: RunFolder) throws -> (sum: Double, count: Int) {
    try RunManifest.read(folder).cases.reduce(into: (0, 0)) { total, entry in
        let times = try CSVColumns(folder.file("cases/\(entry.identifier)/timing.csv"))
        for (name, seconds) in try zip(times.texts("phase"), times.numbers("seconds")) where name == phase {
            total = (total.sum + seconds, total.count + 1)
        }
    }
}

/// A line of `active-bench bench product --json`.
private struct ProductRate: Decodable { let productsPerSecond: Double }

/// The sum of the rates in the lines of a file.
private func productsPerSecond(_ path: String) throws -> Double {
    guard let data = try FileCalls.current.contents(of: path) else {
        throw HarnessError.badInput("\(path): no such file")
    }
    let lines = data.split(separator: UInt8(ascii: "\n"))
    guard !lines.isEmpty else {
        throw HarnessError.badInput("\(path): expected lines of `active-bench bench product --json`, found none")
    }
    return try lines.reduce(0) { sum, line in
        let rate: ProductRate = try decodeJSON(line, as: "a line of `active-bench bench product --json`", path: path)
        return sum + rate.productsPerSecond
    }
}

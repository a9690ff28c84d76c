import ArgumentParser
import Foundation
import Harness

/// `active-bench plan`: what `run` would do.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show the cases of a study, which rank would run them, and what is done.")

    @Argument(help: "Study file (YAML).")
    var study: String
    @Option(help: "Ranks to share the cases out over.")
    var ranks = 1
    @Option(help: "Run folder to look into for what is done.")
    var out: String?

    func validate() throws {
        guard (1...1_000_000).contains(ranks) else {
            throw ValidationError("--ranks: expected 1 or more, found \(ranks)")
        }
    }

    func run() throws {
        try runAlone {
            let plan = Plan(try StudyFile.read(study).study)
            let costs = try plan.costs()
            let folder = out.map { RunFolder($0) }
            let open = try plan.cases.indices.filter { try !(folder?.isDone(plan.cases[$0]) ?? false) }
            let shares = Plan.share(open, costs: costs, ranks: ranks)
            print("rank  state  Tera-multiply-adds  case")
            for (index, one) in plan.cases.enumerated() {
                let rank = shares.firstIndex { $0.contains(index) }
                let place = rank.map { String($0) } ?? "-"
                let state = rank == nil ? "done" : "todo"
                print(
                    place.padding(toLength: 6, withPad: " ", startingAt: 0)
                        + state.padding(toLength: 7, withPad: " ", startingAt: 0)
                        + String(format: "%18.2f  ", costs[index] * 1e-12) + one.identifier)
            }
            let loads = shares.map { $0.map { costs[$0] }.reduce(0, +) }
            let (total, largest) = (loads.reduce(0, +), loads.max() ?? 0)
            let balance = largest > 0 ? total / (largest * Double(ranks)) : 1
            print(
                "\(plan.cases.count) cases, \(open.count) to do on \(ranks) rank\(ranks == 1 ? "" : "s"): "
                    + String(format: "%.2f Tera-multiply-adds, balance %.2f", total * 1e-12, balance))
        }
    }
}

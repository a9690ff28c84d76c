import Algorithms
import Foundation
import Networks
import Teams

/// The learning curve, and the problems it shows.
extension CaseRun {
    /// Adds a row to the curve and checks it for divergence and warnings. All ranks reach the same result.
    func logCurve() throws {
        let names = learner.diagnostics()
        let values = try team.broadcast(names.map(\.value), from: placement.owner(.policy, 0))
        let diagnostics = zip(names, values).map { Diagnostic($0.name, $1) }
        let found = criterion.check(diagnostics, try firstNetworkThatIsNotFinite())
        try output?.addCurve(step, diagnostics, isDiverged: found != nil)
        if let found, progress.divergence == nil || found.isFinal {
            progress.divergence = Divergence(step: step, reason: found.reason, isFinal: found.isFinal)
        }
        guard progress.warning == nil else { return }
        let warning = try team.broadcast(learner.warning ?? "", from: placement.owner(.policy, 0))
        if !warning.isEmpty { progress.warning = .init(step: step, text: warning) }
    }

    /// The name of the first network, of any owner, with a non-finite parameter; nil if there is none.
    private func firstNetworkThatIsNotFinite() throws -> String? {
        let networks = learner.networks
        let own = networks.firstIndex {
            placement.owner($0.group, $0.index) == team.rank && !$0.parameters.norm.isFinite
        }
        let first = networks.count - (try team.maximum(networks.count - (own ?? networks.count)))
        return networks.indices.contains(first) ? networks[first].name : nil
    }
}

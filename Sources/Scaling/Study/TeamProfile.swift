package import Benchmarks
import Foundation
package import MPI
import Networks
import Teams

/// A profile of gradient steps made by the ranks of a job as one team: one table per rank, including its exchanges and
/// the time it waits for them.
package enum TeamProfile {
    /// The tables in rank order, on rank 0; nil elsewhere. Collective over `world`, which is the team.
    ///
    /// - Parameter steps: the number of profiled steps; a quarter as many are made before.
    /// - Throws: `AgreedFault` for a precision that is not available, `MPIError`.
    package static func text(of subject: StepBenchmark.Subject, steps: Int, world: Communicator) throws -> String? {
        try world.requirePrecisions([subject.precision])
        let scaled = ScalingSubject(subject.learner, subject.hyperparameters)
        let costs = try PlacementCosts(measuring: scaled, on: Team(world, worldRank: world.rank))
        let placement = costs.placement(scaled, ranks: world.size)
        guard let communicator = try world.split(color: 0, key: world.rank) else { return nil }
        let team = TeamPart(scaled, scaled.transitions(), communicator, placement, worldRank: world.rank)
        let profile = try team.profile(steps)
        try team.finish()
        let networks = scaled.networks.filter { placement.owner($0.group, $0.index) == world.rank }
        let title = "rank \(world.rank) of \(world.size): \(networks.map(\.name).joined(separator: ", "))\n"
        let tables = try world.gather(Array((title + profile.text).utf8))
        return tables?.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    }
}

extension NetworkWork {
    /// "values 3".
    fileprivate var name: String { "\(group) \(index)" }
}

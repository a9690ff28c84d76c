package import MPI
import Teams

/// Runs episodes on all ranks of a job and hands them to rank 0 in the order of their places. What rank 0 makes of them
/// then depends on neither the number of ranks nor their speed.
///
/// The episodes of a part are numbered from 0. Rank 0 takes them until its consumer has enough of the part, then those of
/// the next part. Ranks work ahead by a bounded number of episodes; results that are not needed after all are dropped.
package struct OrderedEpisodes {
    /// Runs an episode and encodes what was recorded. It calls `betweenSteps` at every step, and throws what that throws.
    package typealias Episode = (_ place: EpisodePlace, _ betweenSteps: @escaping () throws -> Void) throws -> [UInt8]

    /// The number of episodes that a rank has been told to run and has not finished: the second one keeps it busy while its
    /// result travels.
    static let assignedToEachRank = 2

    private let world: Communicator?

    /// Episodes on all ranks of `world`; nil runs them in this process, which need not have started MPI.
    package init(world: Communicator?) { self.world = world }

    /// Runs episodes until `consumer` has all `parts`. Collective.
    ///
    /// An error of an episode counts only if rank 0 gets to that episode, so that the same error ends the job on any number
    /// of ranks.
    ///
    /// - `consumer`: used on rank 0 only.
    /// - `episode`: must depend on the place only.
    /// - Throws: the first error of an episode or of the consumer: itself without ranks, as `AgreedFault` on all ranks;
    ///   `MPIError`.
    package func run(parts: Int, into consumer: some EpisodeConsumer, episode: Episode) throws {
        var failure: (any Error)?
        if let world, world.rank > 0 {
            try EpisodeWorker(world).run(episode)
        } else {
            let leader = EpisodeLeader(world, parts: parts, consumer)
            failure = try leader.run(episode)
            try leader.dismissWorkers()
        }
        try world.agree(that: { if let failure { throw failure } })
    }
}

/// Makes only every eighth call: looking for a message takes about as long as a hundredth of a step.
final class SparseCalls {
    private let body: () throws -> Void
    private var calls = 0

    init(_ body: @escaping () throws -> Void) { self.body = body }

    func call() throws {
        calls += 1
        if calls % 8 == 0 { try body() }
    }
}

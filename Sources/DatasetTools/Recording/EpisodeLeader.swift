import Glibc
import MPI
import Teams

/// Rank 0: hands out episodes, runs some itself, and passes all to the consumer in order.
final class EpisodeLeader {
    private let world: Communicator?
    private let consumer: any EpisodeConsumer
    private var schedule: EpisodeSchedule
    /// Results that are not due yet.
    private var early: [EpisodePlace: EpisodeResult] = [:]
    /// What tells each other rank its episodes, and the number that it has not finished.
    private var workers: [(sender: MulticastSender, assigned: Int)]

    init(_ world: Communicator?, parts: Int, _ consumer: some EpisodeConsumer) {
        self.world = world
        self.consumer = consumer
        workers =
            world.map { world in
                (1..<max(1, world.size)).map {
                    (
                        MulticastSender(
                            capacity: EpisodePlace.messageSize, to: [$0], tag: MessageTag.assignment, on: world), 0
                    )
                }
            } ?? []
        schedule = EpisodeSchedule(parts: parts, lookAhead: 4 * (workers.count + 1))
    }

    /// Returns the error that ended the work early; nil if the consumer has everything.
    ///
    /// - Throws: `MPIError`.
    func run(_ episode: OrderedEpisodes.Episode) throws -> (any Error)? {
        let betweenSteps = SparseCalls { [unowned self] in try receive() }
        while true {
            skipCompleteParts()
            if schedule.isComplete { return nil }
            try receive()
            if let result = early.removeValue(forKey: schedule.due) {
                do {
                    try consumer.take(result.outcome.get(), from: result.place)
                } catch {
                    return error
                }
                schedule.advance()
            } else if let place = schedule.handOut(consumer.remaining) {
                early[place] = try EpisodeResult(of: place, episode, betweenSteps: betweenSteps.call)
            } else {
                usleep(EpisodeWorker.pause)
            }
        }
    }

    /// Continues with the next part of which something is needed; drops early results of the parts before it.
    private func skipCompleteParts() {
        let part = schedule.due.part
        schedule.skipCompleteParts(consumer.remaining)
        if schedule.due.part > part { early = early.filter { $0.key >= schedule.due } }
    }

    /// Keeps the results that have arrived, and gives their ranks new episodes.
    private func receive() throws {
        guard let world, !workers.isEmpty else { return }
        while let (rank, message) = try world.receive(ifAvailable: MessageTag.episode) {
            workers[rank - 1].assigned -= 1
            let result = EpisodeResult(message: message)
            if result.place >= schedule.due { early[result.place] = result }
        }
        for index in workers.indices {
            while workers[index].assigned < OrderedEpisodes.assignedToEachRank,
                let place = schedule.handOut(consumer.remaining)
            {
                try place.message.withUnsafeBytes { bytes in
                    guard let start = bytes.baseAddress else { return }
                    try workers[index].sender.send(start, count: bytes.count)
                }
                workers[index].assigned += 1
            }
        }
    }

    /// Tells the other ranks to end, and waits until all do; what they still send is dropped.
    func dismissWorkers() throws {
        guard let world else { return }
        for worker in workers { try worker.sender.send(count: 0) { _ in } }
        var atWork = workers.count
        while atWork > 0 {
            guard let (_, message) = try world.receive(ifAvailable: MessageTag.episode) else {
                usleep(EpisodeWorker.pause)
                continue
            }
            if message == EpisodeWorker.farewell { atWork -= 1 }
        }
        for worker in workers { try worker.sender.complete() }
    }
}

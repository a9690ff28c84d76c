import Glibc
import MPI
import Teams

/// Another rank: runs the episodes that rank 0 names.
final class EpisodeWorker {
    /// Microseconds between two looks for a message: a rank that waits in MPI would keep a core busy.
    static let pause: UInt32 = 200
    /// The last message of a rank, shorter than any result.
    static let farewell: [UInt8] = [0]

    private let world: Communicator
    private var assigned: [EpisodePlace] = []
    private var isDismissed = false

    init(_ world: Communicator) { self.world = world }

    /// Runs episodes until rank 0 needs no more.
    ///
    /// - Throws: `MPIError`.
    func run(_ episode: OrderedEpisodes.Episode) throws {
        let betweenSteps = SparseCalls { [unowned self] in
            try receive()
            if isDismissed { throw SuperfluousEpisode() }
        }
        while true {
            try receive()
            if isDismissed { break }
            guard let place = assigned.first else {
                usleep(Self.pause)
                continue
            }
            assigned.removeFirst()
            do {
                try send(EpisodeResult(of: place, episode, betweenSteps: betweenSteps.call).message)
            } catch is SuperfluousEpisode {
                break
            }
        }
        try send(Self.farewell)
    }

    private func receive() throws {
        while let (_, message) = try world.receive(ifAvailable: MessageTag.assignment) {
            if message.isEmpty { isDismissed = true } else { assigned.append(EpisodePlace(message: message)) }
        }
    }

    private func send(_ message: [UInt8]) throws {
        try world.send(message, count: message.count, to: 0, tag: MessageTag.episode)
    }
}

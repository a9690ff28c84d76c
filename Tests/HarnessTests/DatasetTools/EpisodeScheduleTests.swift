import DatasetTools
import Failures
import SplitMix
import Testing

@Suite struct EpisodeScheduleTests {
    /// Needs a fixed number of episodes of each part, of which it knows only a part in advance.
    private final class Consumer: EpisodeConsumer {
        let needed: [Int]
        let isInformed: Bool
        var taken: [EpisodePlace] = []
        var refused: EpisodePlace?

        init(_ needed: [Int], isInformed: Bool = true) { (self.needed, self.isInformed) = (needed, isInformed) }

        func remaining(in part: Int) -> Int {
            let left = needed[part] - taken.filter { $0.part == part }.count
            return isInformed ? left : min(left, 1)
        }

        func take(_ episode: [UInt8], from place: EpisodePlace) throws {
            if place == refused { throw HarnessError.badInput("no more") }
            #expect(episode == [UInt8(place.part), UInt8(place.episode)])
            taken.append(place)
        }

        var all: [EpisodePlace] {
            needed.enumerated().flatMap { part, count in
                (0..<count).map { EpisodePlace(part: part, episode: $0) }
            }
        }
    }

    /// Of each part exactly the episodes that are needed are handed out, in order and never too far ahead, and taken in
    /// order, however long each one takes.
    @Test(arguments: [([3, 1, 0, 5], true), ([3, 1, 0, 5], false), ([0], true), ([20], true), ([20], false)])
    func allInOrder(needed: [Int], isInformed: Bool) {
        var numbers = SplitMix64(seed: 7)
        for lookAhead in [1, 2, 7] {
            let consumer = Consumer(needed, isInformed: isInformed)
            var schedule = EpisodeSchedule(parts: needed.count, lookAhead: lookAhead)
            var (running, handedOut): ([EpisodePlace], [EpisodePlace]) = ([], [])
            var finished: Set<EpisodePlace> = []
            while true {
                schedule.skipCompleteParts(consumer.remaining)
                if schedule.isComplete { break }
                while let place = schedule.handOut(consumer.remaining) {
                    running.append(place)
                    handedOut.append(place)
                }
                #expect(running.count + finished.filter { $0 >= schedule.due }.count <= lookAhead)
                guard !running.isEmpty else {
                    Issue.record("nothing is handed out although \(schedule.due) is due")
                    break
                }
                finished.insert(running.remove(at: Int.random(in: running.indices, using: &numbers)))
                while !schedule.isComplete, finished.remove(schedule.due) != nil {
                    consumer.taken.append(schedule.due)
                    schedule.advance()
                    schedule.skipCompleteParts(consumer.remaining)
                }
            }
            #expect(consumer.taken == consumer.all)
            for part in needed.indices {
                #expect(handedOut.filter { $0.part == part }.map(\.episode) == Array(0..<needed[part]))
            }
        }
    }

    @Test func oneProcessNeedsNoRanks() throws {
        let consumer = Consumer([2, 0, 3])
        try run(consumer)
        #expect(consumer.taken == consumer.all)
    }

    /// An error counts where its episode is taken, and with its own exit code.
    @Test func errorsEndTheSequence() {
        let consumer = Consumer([2, 3])
        let bad = EpisodePlace(part: 1, episode: 1)
        let error = #expect(throws: HarnessError.self) {
            try run(consumer) { place in
                if place >= bad { throw HarnessError.inputs("bad", .io) }
            }
        }
        #expect(error == .inputs("bad", .io) && consumer.taken == consumer.all.filter { $0 < bad })
        let full = Consumer([2, 3])
        full.refused = bad
        #expect(throws: HarnessError.badInput("no more")) { try run(full) }
        #expect(full.taken == consumer.taken)
    }

    private func run(_ consumer: Consumer, _ check: (EpisodePlace) throws -> Void = { _ in }) throws {
        try OrderedEpisodes(world: nil).run(parts: consumer.needed.count, into: consumer) { place, betweenSteps in
            for _ in 0..<20 { try betweenSteps() }
            try check(place)
            return [UInt8(place.part), UInt8(place.episode)]
        }
    }
}

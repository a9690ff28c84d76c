/// Which episodes have been handed out to be run, and which one is due.
///
/// Episodes are handed out in order, those of the next part once enough of this one are under way, so that no rank waits at
/// the end of a part.
package struct EpisodeSchedule {
    /// The number of parts.
    package let parts: Int
    /// The largest number of episodes that are handed out and not yet taken: it bounds the memory of early results.
    package let lookAhead: Int
    /// The next place to be taken; its part is `parts` when all are complete.
    package private(set) var due = EpisodePlace(part: 0, episode: 0)
    /// The number of episodes handed out, by part.
    private var handedOut: [Int]

    /// A schedule of which nothing has been handed out.
    package init(parts: Int, lookAhead: Int) {
        (self.parts, self.lookAhead) = (parts, lookAhead)
        handedOut = Array(repeating: 0, count: parts)
    }

    /// Whether all parts are complete.
    package var isComplete: Bool { due.part == parts }

    /// Skips the parts of which nothing more is needed.
    package mutating func skipCompleteParts(_ remaining: (_ part: Int) -> Int) {
        while due.part < parts, remaining(due.part) == 0 { due = EpisodePlace(part: due.part + 1, episode: 0) }
    }

    /// Returns the next episode to run; nil if none is expected to be needed, or too many are ahead of the one that is due.
    package mutating func handOut(_ remaining: (_ part: Int) -> Int) -> EpisodePlace? {
        let ahead = handedOut[due.part...].reduce(0, +) - due.episode
        guard ahead < lookAhead else { return nil }
        for part in due.part..<parts {
            let taken = part == due.part ? due.episode : 0
            if handedOut[part] < taken + remaining(part) {
                handedOut[part] += 1
                return EpisodePlace(part: part, episode: handedOut[part] - 1)
            }
        }
        return nil
    }

    /// Notes that the episode that was due has been taken.
    package mutating func advance() { due = EpisodePlace(part: due.part, episode: due.episode + 1) }
}

/// The place of an episode in a sequence of parts.
package struct EpisodePlace: Hashable, Comparable, Sendable {
    /// The part, counted from 0.
    package let part: Int
    /// The episode's number within the part, from 0; it determines the episode's random numbers.
    package let episode: Int

    package init(part: Int, episode: Int) {
        self.part = part
        self.episode = episode
    }

    package static func < (a: EpisodePlace, b: EpisodePlace) -> Bool { (a.part, a.episode) < (b.part, b.episode) }
}

/// What receives episodes in the order of their places, on rank 0.
package protocol EpisodeConsumer: AnyObject {
    /// Returns how many further episodes of `part` are expected to be needed, as far as the episodes taken so far tell; 0 if and
    /// only if the part is complete. Only the speed depends on how good the expectation is.
    func remaining(in part: Int) -> Int

    /// Takes the next episode, as the rank that ran it encoded it.
    func take(_ episode: [UInt8], from place: EpisodePlace) throws
}

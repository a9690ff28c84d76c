/// Tags of messages between ranks.
package enum MessageTag {
    package static let progress = 1
    /// How the run has ended, from rank 0 to all others, which may end then.
    package static let ending = 2
    package static let stop = 3
    /// Networks sent to a team's leader.
    package static let state = 4
    /// Messages of `sleepingBarrier`.
    static let arrival = 5
    static let departure = 6
    /// Timed messages of `MessageCostMeasurement`.
    package static let timing = 7
    /// The place of an episode to run, from rank 0, and a finished episode, to rank 0.
    package static let assignment = 8
    package static let episode = 9
    /// The first of a range of tags, one for each kind of row exchange in a case.
    static let rows = 100
}

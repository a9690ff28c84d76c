/// Message tags between ranks.
package enum MessageTag {
    package static let progress = 1
    package static let goHome = 2
    package static let stop = 3
    /// Networks on their way to the leader of a team.
    package static let state = 4
    /// Ranks of `sleepingBarrier`.
    static let arrival = 5
    static let departure = 6
    /// Timed messages of `MessageCostMeasurement`.
    package static let timing = 7
    /// The first of as many as a case has kinds of exchanges of rows.
    static let rows = 100
}

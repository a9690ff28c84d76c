/// The number of ranks that work on a case together.
package enum TeamSize: Sendable, Equatable {
    case ranks(Int)
    /// The size with the shortest predicted makespan.
    case automatic

    /// Parses "4" or "auto"; nil for anything else.
    package init?(_ text: String) {
        if text == "auto" {
            self = .automatic
        } else if let count = Int(text), (1...1_000_000).contains(count) {
            self = .ranks(count)
        } else {
            return nil
        }
    }
}

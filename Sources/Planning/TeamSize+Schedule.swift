import Studies

extension TeamSize {
    /// The team size for the `open` cases on `ranks` ranks; at most `ranks`.
    package func resolved(_ open: [Int], _ works: [Schedule.Work], ranks: Int) -> Int {
        switch self {
        case .ranks(let count): min(count, ranks)
        case .automatic: Schedule.bestTeamSize(open, works, ranks: ranks)
        }
    }
}

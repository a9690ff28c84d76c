import Studies

extension TeamSize {
    /// For `open` cases on `ranks` ranks; never more than there are.
    package func resolved(_ open: [Int], _ works: [Schedule.Work], ranks: Int) -> Int {
        switch self {
        case .ranks(let count): min(count, ranks)
        case .automatic: Schedule.bestTeamSize(open, works, ranks: ranks)
        }
    }
}

package import Networks

/// Which rank sends which rows of an exchange to which ranks. It follows from the placement alone; `TeamExchange`
/// carries it out, and `StepModel` counts its messages.
package struct RowExchangePattern: Sendable {
    /// Ranks with the rows they compute, ascending.
    package let sources: [(rank: Int, rows: [Int])]
    /// The ranks that read the rows, ascending.
    package let readers: [Int]

    /// The rows that `rank` computes.
    package func rows(of rank: Int) -> [Int] { sources.first { $0.rank == rank }?.rows ?? [] }

    /// The ranks that `rank` sends its rows to: every reader except itself, if it has any rows.
    package func receivers(from rank: Int) -> [Int] {
        rows(of: rank).isEmpty ? [] : readers.filter { $0 != rank }
    }

    /// The ranks that `rank` receives rows from, with those rows.
    package func sources(to rank: Int) -> [(rank: Int, rows: [Int])] {
        readers.contains(rank) ? sources.filter { $0.rank != rank } : []
    }
}

extension Placement {
    /// The pattern for `rows` rows, where the owner of network i of `group` computes row i.
    package func exchangePattern(of group: NetworkGroup, rows: Int, for readers: Readers) -> RowExchangePattern {
        var own: [Int: [Int]] = [:]
        for row in 0..<rows { own[owner(group, row), default: []].append(row) }
        return RowExchangePattern(
            sources: own.keys.sorted().map { ($0, own[$0] ?? []) }, readers: ranks(reading: readers))
    }

    /// The ranks that take part in the reduction to the minimum over `group`, ascending: owners and readers.
    package func members(ofMinimumOver group: NetworkGroup, for readers: Readers) -> [Int] {
        Set(ranks(of: group) + ranks(reading: readers)).sorted()
    }

    /// Whether a minimum over `rows` rows uses a reduction. For one or two the rows themselves are sent, because a
    /// reduction would make owners wait for readers.
    package static func reduces(minimumOver rows: Int) -> Bool { rows > 2 }
}

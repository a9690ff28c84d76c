package import Networks

/// Who sends which rows of an exchange to whom, by the placement of the networks alone: what `TeamExchange` does, and what
/// `StepModel` counts.
package struct RowExchangePattern: Sendable {
    /// Ranks with the rows they compute, ascending.
    package let sources: [(rank: Int, rows: [Int])]
    /// Ranks that read, ascending.
    package let readers: [Int]

    /// The rows that `rank` computes.
    package func rows(of rank: Int) -> [Int] { sources.first { $0.rank == rank }?.rows ?? [] }

    /// To whom `rank` sends its rows: every reader but itself, if it has any.
    package func receivers(from rank: Int) -> [Int] {
        rows(of: rank).isEmpty ? [] : readers.filter { $0 != rank }
    }

    /// From whom `rank` receives which rows.
    package func sources(to rank: Int) -> [(rank: Int, rows: [Int])] {
        readers.contains(rank) ? sources.filter { $0.rank != rank } : []
    }
}

extension Placement {
    /// The exchange of `rows` rows, row i of which the owner of network i of `group` computes.
    package func exchangePattern(of group: NetworkGroup, rows: Int, for readers: Readers) -> RowExchangePattern {
        var own: [Int: [Int]] = [:]
        for row in 0..<rows { own[owner(group, row), default: []].append(row) }
        return RowExchangePattern(
            sources: own.keys.sorted().map { ($0, own[$0] ?? []) }, readers: ranks(reading: readers))
    }

    /// The ranks among whom the minimum over `group` is reduced, ascending: owners and readers.
    package func members(ofMinimumOver group: NetworkGroup, for readers: Readers) -> [Int] {
        Set(ranks(of: group) + ranks(reading: readers)).sorted()
    }

    /// Whether a minimum over so many rows goes by a reduction: of one or two it goes by the rows themselves, as a reduction
    /// would make owners wait for readers.
    package static func reduces(minimumOver rows: Int) -> Bool { rows > 2 }
}

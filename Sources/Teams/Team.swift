package import MPI

/// The ranks that work on one case together, and this process's place among them.
package struct Team {
    /// Of the team's ranks; nil for a team of one, which needs none.
    package let communicator: Communicator?
    /// The place of this process in MPI_COMM_WORLD.
    package let worldRank: Int
    /// Who they are in MPI_COMM_WORLD, in the team's order.
    package let worldRanks: [Int]

    /// A process on its own.
    package static var alone: Team { Team(worldRank: 0) }

    /// Rank `worldRank` on its own.
    package init(worldRank: Int) {
        communicator = nil
        self.worldRank = worldRank
        worldRanks = [worldRank]
    }

    /// All ranks of `communicator`. Collective over it.
    package init(_ communicator: Communicator, worldRank: Int) throws {
        worldRanks = try communicator.allgather(worldRank)
        self.communicator = communicator.size > 1 ? communicator : nil
        self.worldRank = worldRank
    }

    /// Ranks in the team.
    package var size: Int { worldRanks.count }
    /// This process among them.
    package var rank: Int { communicator?.rank ?? 0 }
    /// Rank 0 of the team writes the case's files.
    package var isLeader: Bool { rank == 0 }

    /// The bytes of `root`, on every rank. Collective.
    package func broadcast(_ bytes: [UInt8], from root: Int = 0) throws -> [UInt8] {
        try communicator?.broadcast(bytes, from: root) ?? bytes
    }

    /// The numbers of `root`, to the last bit, on every rank. Collective; all pass as many.
    package func broadcast(_ numbers: [Double], from root: Int) throws -> [Double] {
        guard communicator != nil else { return numbers }
        let bytes = numbers.withUnsafeBytes { Array($0) }
        return try broadcast(bytes, from: root).withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    }

    /// The text of `root`, on every rank. Collective.
    package func broadcast(_ text: String, from root: Int = 0) throws -> String {
        guard communicator != nil else { return text }
        return String(decoding: try broadcast(Array(text.utf8), from: root), as: UTF8.self)
    }

    /// The texts of all ranks, in their order, on the leader; none elsewhere. Collective.
    package func gather(_ text: String) throws -> [String] {
        guard let communicator else { return [text] }
        return try communicator.gather(Array(text.utf8))?.map { String(decoding: $0, as: UTF8.self) } ?? []
    }

    /// The largest value of all ranks, on every rank. Collective.
    package func maximum(_ value: Int) throws -> Int { try communicator?.maximumOverRanks(value) ?? value }

    /// The part of this team that this process belongs to once it has split into teams of `size`, the last one possibly
    /// smaller. Collective.
    package func split(size: Int) throws -> Team {
        guard let communicator, let part = try communicator.split(color: rank / size, key: rank) else { return self }
        return try Team(part, worldRank: worldRank)
    }

    /// Gives the communicator back. Collective.
    package func disband() throws { try communicator?.free() }

    /// "rank 3", "ranks 2-3".
    package var name: String {
        guard let first = worldRanks.first, let last = worldRanks.last, size > 1 else { return "rank \(worldRank)" }
        return "ranks \(first)-\(last)"
    }
}

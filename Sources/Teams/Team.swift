package import MPI

/// The ranks that work on one case together, and this process's position among them.
package struct Team {
    /// The team's communicator; nil for a team of one.
    package let communicator: Communicator?
    /// The rank of this process in MPI_COMM_WORLD.
    package let worldRank: Int
    /// The members' ranks in MPI_COMM_WORLD, in the team's order.
    package let worldRanks: [Int]

    /// A team of this process only.
    package static var alone: Team { Team(worldRank: 0) }

    /// A team of rank `worldRank` only.
    package init(worldRank: Int) {
        communicator = nil
        self.worldRank = worldRank
        worldRanks = [worldRank]
    }

    /// A team of all ranks of `communicator`. Collective over it.
    package init(_ communicator: Communicator, worldRank: Int) throws {
        worldRanks = try communicator.allgather(worldRank)
        self.communicator = communicator.size > 1 ? communicator : nil
        self.worldRank = worldRank
    }

    /// The number of ranks in the team.
    package var size: Int { worldRanks.count }
    /// The rank of this process in the team.
    package var rank: Int { communicator?.rank ?? 0 }
    /// Whether this process is rank 0 of the team, which writes the case's files.
    package var isLeader: Bool { rank == 0 }

    /// Broadcasts the bytes of `root` to every rank. Collective.
    package func broadcast(_ bytes: [UInt8], from root: Int = 0) throws -> [UInt8] {
        try communicator?.broadcast(bytes, from: root) ?? bytes
    }

    /// Broadcasts the numbers of `root` bit for bit to every rank. Collective; all ranks pass arrays of the same
    /// length.
    package func broadcast(_ numbers: [Double], from root: Int) throws -> [Double] {
        guard communicator != nil else { return numbers }
        let bytes = numbers.withUnsafeBytes { Array($0) }
        return try broadcast(bytes, from: root).withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    }

    /// Broadcasts the text of `root` to every rank. Collective.
    package func broadcast(_ text: String, from root: Int = 0) throws -> String {
        guard communicator != nil else { return text }
        return String(decoding: try broadcast(Array(text.utf8), from: root), as: UTF8.self)
    }

    /// Gathers the texts of all ranks on the leader, in rank order; empty on the other ranks. Collective.
    package func gather(_ text: String) throws -> [String] {
        guard let communicator else { return [text] }
        return try communicator.gather(Array(text.utf8))?.map { String(decoding: $0, as: UTF8.self) } ?? []
    }

    /// The maximum over all ranks, on every rank. Collective.
    package func maximum(_ value: Int) throws -> Int { try communicator?.maximumOverRanks(value) ?? value }

    /// Splits the team into teams of `size`, the last one possibly smaller, and returns the one this process belongs
    /// to. Collective.
    package func split(size: Int) throws -> Team {
        guard let communicator, let part = try communicator.split(color: rank / size, key: rank) else { return self }
        return try Team(part, worldRank: worldRank)
    }

    /// Frees the communicator. Collective.
    package func disband() throws { try communicator?.free() }

    /// "rank 3", "ranks 2-3".
    package var name: String {
        guard let first = worldRanks.first, let last = worldRanks.last, size > 1 else { return "rank \(worldRank)" }
        return "ranks \(first)-\(last)"
    }
}

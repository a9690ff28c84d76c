import CMPI

/// Collectives: every rank of the communicator must make these calls, in the same order.
extension Communicator {
    /// Waits until all ranks have called it.
    package func barrier() throws {
        try check(MPI_Barrier(handle), "MPI_Barrier")
    }

    /// Returns the bytes of rank `root` on every rank. The arguments of the other ranks are ignored.
    package func broadcast(_ bytes: [UInt8], from root: Int = 0) throws -> [UInt8] {
        var count = Int64(bytes.count)
        try check(MPI_Bcast(&count, 1, CMPI_INT64_T(), Int32(root), handle), "MPI_Bcast")
        let length = try messageLength(Int(count), "MPI_Bcast")
        var message = rank == root ? bytes : [UInt8](repeating: 0, count: Int(length))
        try check(MPI_Bcast(&message, length, CMPI_BYTE(), Int32(root), handle), "MPI_Bcast")
        return message
    }

    /// Returns the bytes of every rank, in rank order, on rank `root`; nil on the others. Lengths may differ.
    package func gather(_ bytes: [UInt8], to root: Int = 0) throws -> [[UInt8]]? {
        // All ranks gather all lengths, so they agree on whether the total is too long.
        let lengths = try allgather(bytes.count)
        let total = try messageLength(lengths.reduce(0, +), "MPI_Gatherv")
        let counts = lengths.map { Int32($0) }
        var starts = [Int32](repeating: 0, count: size)
        for rank in 1..<max(1, size) { starts[rank] = starts[rank - 1] + counts[rank - 1] }
        var all = [UInt8](repeating: 0, count: rank == root ? Int(total) : 0)
        try check(
            MPI_Gatherv(
                bytes, counts[rank], CMPI_BYTE(), &all, counts, starts, CMPI_BYTE(), Int32(root), handle),
            "MPI_Gatherv")
        guard rank == root else { return nil }
        return zip(starts, counts).map { start, count in Array(all[Int(start)..<Int(start + count)]) }
    }

    /// Returns the value of every rank, in rank order, on all ranks.
    package func allgather(_ value: Int) throws -> [Int] {
        try allgather(Int64(value), as: CMPI_INT64_T()).map { Int($0) }
    }

    /// Returns the value of every rank, in rank order, on all ranks. NaN and the sign of zero are preserved.
    package func allgather(_ value: Double) throws -> [Double] {
        try allgather(value, as: CMPI_DOUBLE())
    }

    /// Returns the largest value of all ranks, on all ranks. There is none for `Double`, as MPI_MAX may drop NaN: gather and
    /// compare instead.
    package func maximumOverRanks(_ value: Int) throws -> Int {
        var own = Int64(value)
        var largest: Int64 = 0
        try check(MPI_Allreduce(&own, &largest, 1, CMPI_INT64_T(), CMPI_MAX(), handle), "MPI_Allreduce")
        return Int(largest)
    }

    private func allgather<Element: BitwiseCopyable>(_ value: Element, as datatype: MPI_Datatype) throws -> [Element] {
        var own = value
        var all = [Element](repeating: value, count: size)
        try check(MPI_Allgather(&own, 1, datatype, &all, 1, datatype, handle), "MPI_Allgather")
        return all
    }
}

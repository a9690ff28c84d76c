import Glibc
import MPI

/// Exercises all collectives in one launch, because a launch takes longer than they do.
func exerciseCollectives(_ world: Communicator) throws {
    try exerciseBarrier(world)
    try exerciseBroadcast(world)
    try exerciseGather(world)
    try exerciseAllgather(world)
    try exerciseMaximum(world)
}

/// No rank leaves a barrier before the last has entered, whichever that is.
private func exerciseBarrier(_ world: Communicator) throws {
    for late in 0..<world.size {
        if world.rank == late { usleep(20_000) }
        let came = monotonicSeconds()
        try world.barrier()
        let left = monotonicSeconds()
        let lastCame = try world.allgather(came).max()!
        try require(left >= lastCame, is: true, "leaving after rank \(late) came", on: world)
    }
}

/// Broadcasts from every root, of no, few and many bytes; the other ranks' input does not matter.
private func exerciseBroadcast(_ world: Communicator) throws {
    for root in 0..<world.size {
        for count in [0, 1, 13, 1_000_000] {
            let expected = pattern(rank: root, count: count)
            let passed = world.rank == root ? expected : [7, 7, 7]
            let found = try world.broadcast(passed, from: root)
            try require(found == expected, is: true, "\(count) bytes from rank \(root)", on: world)
        }
    }
}

/// Gathers texts of different lengths, some of them empty.
private func exerciseGather(_ world: Communicator) throws {
    for lengthOfRank in [{ $0 * 3 }, { _ in 0 }, { ($0 + 1) % 2 * 100_000 }] as [(Int) -> Int] {
        for root in [0, world.size - 1] {
            let found = try world.gather(pattern(rank: world.rank, count: lengthOfRank(world.rank)), to: root)
            let sent = (0..<world.size).map { pattern(rank: $0, count: lengthOfRank($0)) }
            let expected = world.rank == root ? sent : nil
            try require(found == expected, is: true, "what rank \(root) gathers", on: world)
        }
    }
}

/// Gathers 64-bit integers, and doubles to the last bit.
private func exerciseAllgather(_ world: Communicator) throws {
    let integers = try world.allgather(Int.max - world.rank)
    try require(integers, is: (0..<world.size).map { Int.max - $0 }, "integers", on: world)
    let value = { (rank: Int) in rank == 0 ? -0.0 : rank == 1 ? Double.nan : 1 / Double(rank) }
    let doubles = try world.allgather(value(world.rank))
    try require(
        doubles.map(\.bitPattern), is: (0..<world.size).map { value($0).bitPattern }, "doubles", on: world)
}

/// The maximum may be on any rank; all values may be negative.
private func exerciseMaximum(_ world: Communicator) throws {
    for holder in 0..<world.size {
        let own = world.rank == holder ? -5 : Int.min + world.rank
        try require(try world.maximumOverRanks(own), is: -5, "the maximum, held by rank \(holder)", on: world)
    }
}

/// Bytes that encode rank and position.
private func pattern(rank: Int, count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ rank) }
}

func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

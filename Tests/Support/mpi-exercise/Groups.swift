import MPI

/// Groups of ranks know their ranks, communicate among themselves, and return errors as the world does.
func exerciseGroups(_ world: Communicator) throws {
    try exerciseHalves(world)
    try exerciseReversedKeys(world)
    try exerciseNode(world)
}

/// Odd and even ranks form groups; the last rank belongs to neither.
private func exerciseHalves(_ world: Communicator) throws {
    let last = world.size - 1
    let colour = world.rank == last ? nil : world.rank % 2
    let part = try world.split(color: colour, key: world.rank)
    try require(part == nil, is: world.rank == last, "being without a colour", on: world)
    guard let part else { return }
    let members = (0..<last).filter { $0 % 2 == world.rank % 2 }
    try require(part.size, is: members.count, "the size of the part", on: world)
    try require(part.rank, is: members.firstIndex(of: world.rank), "the rank in the part", on: world)
    try require(try part.allgather(world.rank), is: members, "the members of the part", on: world)
    do {
        _ = try part.broadcast([], from: part.size)
        throw WrongAnswer(description: "a broadcast from rank \(part.size) of \(part.size) in a part")
    } catch is MPIError {
        // Expected: the group has the world's error handler.
    }
    try part.free()
}

/// Keys order the ranks, also if they are negative.
private func exerciseReversedKeys(_ world: Communicator) throws {
    guard let reversed = try world.split(color: 7, key: -world.rank) else {
        throw WrongAnswer(description: "rank \(world.rank) has a colour and no part")
    }
    try require(reversed.rank, is: world.size - 1 - world.rank, "the rank by reversed keys", on: world)
    try reversed.free()
}

/// In these tests all ranks are on one node.
private func exerciseNode(_ world: Communicator) throws {
    let node = try world.splitByNode()
    try require(node.size, is: world.size, "the size of the node", on: world)
    try require(node.rank, is: world.rank, "the rank on the node", on: world)
    try node.free()
}

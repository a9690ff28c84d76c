import MPI

/// Every rank in turn owns a block that all ranks read.
func exerciseSharedBlocks(_ world: Communicator) throws {
    let node = try world.splitByNode()
    for owner in 0..<node.size {
        for bytes in [1, 100, 1_000_000] { try share(bytes, owner: owner, on: node) }
    }
    // Blocks that were not freed would add up.
    for round in 0..<8 { try share(32 << 20, owner: round % node.size, on: node, touchingEvery: 1 << 20) }
    try refuseWhatDoesNotFit(node)
    try node.free()
}

private func share(_ bytes: Int, owner: Int, on node: Communicator, touchingEvery stride: Int = 1) throws {
    let block = try SharedBlock(bytes: bytes, owner: owner, on: node)
    try require(block.count, is: bytes, "the size of a block", on: node)
    try require(Int(bitPattern: block.base) % 64, is: 0, "its alignment", on: node)
    let places = Swift.stride(from: 0, to: bytes, by: stride)
    for round in 1...2 {
        if node.rank == owner {
            for i in places { block.base.storeBytes(of: mark(i, round, owner), toByteOffset: i, as: UInt8.self) }
        }
        try block.publish()
        let isWhole = places.allSatisfy {
            block.base.load(fromByteOffset: $0, as: UInt8.self) == mark($0, round, owner)
        }
        try require(isWhole, is: true, "\(bytes) bytes of rank \(owner), round \(round)", on: node)
        try block.publish()  // All ranks have read before the owner writes again.
    }
    try block.free()
    try block.free()
}

/// Blocks that do not fit into memory are refused on all ranks, which go on.
private func refuseWhatDoesNotFit(_ node: Communicator) throws {
    do {
        let block = try SharedBlock(bytes: 1 << 56, owner: node.size - 1, on: node)
        throw WrongAnswer(description: "64 PiB at \(block.base)")
    } catch let error as SharedMemoryExhausted {
        try require(error.bytes, is: 1 << 56, "the bytes of the refusal", on: node)
        if node.size > 1, node.rank == 0 { print(error) }
    }
    try node.barrier()
}

private func mark(_ place: Int, _ round: Int, _ owner: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: place &* 13 &+ round &* 101 &+ owner &* 29 &+ 1)
}

import MPI

private let progressTag = 17
private let reports = 50

/// Every rank (0 included) reports to rank 0 without waiting; a rank's records arrive in order, and its last record,
/// which is never dropped, always arrives.
func exerciseProgress(_ world: Communicator) throws {
    let sender = DroppingSender(recordSize: 2, to: 0, tag: progressTag, on: world)
    let rankByte = UInt8(truncatingIfNeeded: world.rank)
    if world.rank != 0 {
        for report in 0..<reports - 1 { _ = try sender.offer([rankByte, UInt8(report)]) }
        try sender.send([rankByte, UInt8(reports - 1)])
    } else {
        try collectReports(world) { report in try sender.offer([rankByte, UInt8(report)]) }
        try sender.complete()
    }
    try world.barrier()
    try require(try world.receive(ifAvailable: progressTag) == nil, is: true, "the empty mailbox", on: world)
}

/// Rank 0 offers its own reports between reads of the mailbox, until the last report of every rank has arrived.
private func collectReports(_ world: Communicator, offerOwn: (Int) throws -> Bool) throws {
    var newest = [Int](repeating: -1, count: world.size)
    var own = 0
    while newest.contains(where: { $0 != reports - 1 }) {
        if own < reports, try offerOwn(own) { own += 1 }
        guard let (source, bytes) = try world.receive(ifAvailable: progressTag) else { continue }
        try require(bytes.count, is: 2, "the length of a record", on: world)
        try require(Int(bytes[0]), is: source, "the sender", on: world)
        try require(Int(bytes[1]) > newest[source], is: true, "the order of rank \(source)'s reports", on: world)
        newest[source] = Int(bytes[1])
    }
}

/// A record too large to be sent before its receive is posted keeps the sender busy: the next is dropped, and the first
/// arrives complete. A message with another tag is left alone.
func exerciseDroppedRecord(_ world: Communicator) throws {
    let count = 4 << 20
    let sender = DroppingSender(recordSize: count, to: 0, tag: 1, on: world)
    if world.rank != 0 {
        let first = [UInt8](repeating: UInt8(truncatingIfNeeded: world.rank), count: count)
        try require(try sender.offer(first), is: true, "the first offer", on: world)
        try require(try sender.offer([UInt8](repeating: 0, count: count)), is: false, "the second offer", on: world)
    }
    try world.barrier()
    if world.rank == 0 {
        try require(try world.receive(ifAvailable: 2) == nil, is: true, "the mailbox of another tag", on: world)
        var sources: [Int] = []
        while sources.count < world.size - 1 {
            guard let (source, bytes) = try world.receive(ifAvailable: 1) else { continue }
            let isWhole = bytes.count == count && bytes.allSatisfy { $0 == UInt8(truncatingIfNeeded: source) }
            try require(isWhole, is: true, "the record of rank \(source)", on: world)
            sources.append(source)
        }
        try require(sources.sorted(), is: Array(1..<max(1, world.size)), "the senders", on: world)
    }
    try sender.complete()
}

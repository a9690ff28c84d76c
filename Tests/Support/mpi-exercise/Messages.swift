import MPI

private let postTag = 5
private let wordTag = 6

/// Messages from one rank to others: many in a row, with a late reader, and of different lengths.
func exerciseMessages(_ world: Communicator) throws {
    for writer in 0..<world.size { try postMany(world, writer: writer) }
    try postToLateReaders(world)
    try meetOtherLengths(world)
    try refuseTwoGibibytes(world)
}

/// Sends 100 messages of 0 to 40,000 bytes, below and above the library's limit for sending before the receive is
/// posted. The sender may change its bytes as soon as `send` has returned.
private func postMany(_ world: Communicator, writer: Int) throws {
    let lengths = (0..<100).map { $0 % 10 == 9 ? 0 : $0 * 400 }
    if world.rank == writer {
        // The sender does not read its own messages.
        let sender = MulticastSender(capacity: 40_000, to: Array(0..<world.size), tag: postTag, on: world)
        for (number, length) in lengths.enumerated() {
            var message = pattern(number, count: length)
            try sender.send(&message, count: length)
            for i in 0..<length { message[i] = 255 }
        }
        try sender.complete()
    } else {
        for (number, length) in lengths.enumerated() {
            var message = [UInt8](repeating: 0, count: length)
            try world.receive(into: &message, count: length, from: writer, tag: postTag)
            try require(message == pattern(number, count: length), is: true, "message \(number)", on: world)
        }
    }
}

/// Readers receive the first of two large messages only after a small one, which is sent between the two: a sender that
/// waited for its readers would never send the small one. The second
/// large message waits and leaves the first unchanged.
private func postToLateReaders(_ world: Communicator) throws {
    let count = 4 << 20
    if world.rank == 0 {
        let sender = MulticastSender(capacity: count, to: Array(1..<max(1, world.size)), tag: postTag, on: world)
        try sender.send(pattern(1, count: count), count: count)
        for reader in 1..<max(1, world.size) { try world.send([42], count: 1, to: reader, tag: wordTag) }
        try sender.send(pattern(2, count: count), count: count)
        try sender.complete()
    } else {
        var word: UInt8 = 0
        try world.receive(into: &word, count: 1, from: 0, tag: wordTag)
        try require(word, is: 42, "the word between two messages", on: world)
        for number in [1, 2] {
            var message = [UInt8](repeating: 0, count: count)
            try world.receive(into: &message, count: count, from: 0, tag: postTag)
            try require(message == pattern(number, count: count), is: true, "large message \(number)", on: world)
        }
    }
}

/// A message shorter or longer than expected is an error, and the next message arrives.
private func meetOtherLengths(_ world: Communicator) throws {
    let next = (world.rank + 1) % world.size
    let last = (world.rank + world.size - 1) % world.size
    for length in [7, 9, 8] { try world.send(pattern(length, count: length), count: length, to: next, tag: wordTag) }
    var message = [UInt8](repeating: 0, count: 8)
    for length in [7, 9] {
        do {
            try world.receive(into: &message, count: 8, from: last, tag: wordTag)
            throw WrongAnswer(description: "rank \(world.rank): \(length) bytes were received as 8")
        } catch let error as MPIError {
            try require(error.routine, is: "MPI_Recv", "the routine", on: world)
            try require(error.rank, is: world.rank, "the rank of the error", on: world)
        }
    }
    try world.receive(into: &message, count: 8, from: last, tag: wordTag)
    try require(message, is: pattern(8, count: 8), "the message of the right length", on: world)
}

private func refuseTwoGibibytes(_ world: Communicator) throws {
    do {
        try world.send([0], count: 1 << 31, to: 0, tag: wordTag)
        throw WrongAnswer(description: "2 GiB left in one message")
    } catch let error as MPIError {
        try require(error.text.hasPrefix("2147483648 bytes are more than"), is: true, "the refusal", on: world)
    }
}

/// Bytes that encode message and position.
private func pattern(_ number: Int, count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number &* 7) }
}

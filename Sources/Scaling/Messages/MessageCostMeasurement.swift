import Foundation
import MPI
import Numerics
import Teams

/// Measures the cost of messages between the first and the last rank of a job, which are on different nodes if there
/// are several, and of our minimum over all ranks.
struct MessageCostMeasurement {
    /// The sizes of timed messages in bytes: from 0 to more than a step's longest message.
    private static let sizes = [0, 256, 1024, 4096, 10_240, 16_384, 32_768]
    /// The length of a burst: messages that a receiver can buffer without a handshake.
    private static let burst = 32

    private let world: Communicator
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
    /// The number of repetitions, of which the median is taken.
    private let repetitions = 200

    private init(_ world: Communicator) {
        self.world = world
        room.initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// The timings for two or more ranks, on rank 0. Collective.
    ///
    /// - Throws: `MPIError`.
    static func timings(on world: Communicator) throws -> MessageTimings {
        precondition(world.size > 1, "messages of one rank")
        let measurement = MessageCostMeasurement(world)
        defer { measurement.room.deallocate() }
        var timings = MessageTimings()
        for bytes in sizes {
            timings.halfRoundTrips.append((bytes, try measurement.halfRoundTrip(bytes)))
        }
        (timings.send, timings.receive) = try measurement.calls()
        timings.burst = burst
        timings.burstSeconds = try measurement.burstSeconds()
        for bytes in [1024, 4096, 16_384] {
            timings.reductions.append((bytes, world.size, try measurement.reduction(bytes)))
        }
        return timings
    }

    private var isFirst: Bool { world.rank == 0 }
    private var isLast: Bool { world.rank == world.size - 1 }

    /// A sender to the other of the two ranks.
    private var sender: MulticastSender {
        MulticastSender(capacity: room.count, to: [isFirst ? world.size - 1 : 0], tag: MessageTag.timing, on: world)
    }

    private func receive(_ bytes: Int) throws {
        guard let base = room.baseAddress else { return }
        try world.receive(into: base, count: bytes, from: isFirst ? world.size - 1 : 0, tag: MessageTag.timing)
    }

    private func send(_ sender: MulticastSender, _ bytes: Int) throws {
        guard let base = room.baseAddress else { return }
        try sender.send(base, count: bytes)
    }

    /// Runs the first and the last rank's parts while the other ranks sleep.
    private func play(_ first: () throws -> Void, _ last: () throws -> Void) throws {
        try world.sleepingBarrier()
        if isFirst { try first() } else if isLast { try last() }
        try world.sleepingBarrier()
    }

    private func halfRoundTrip(_ bytes: Int) throws -> Double {
        var times: [Double] = []
        let sender = sender
        try play {
            for _ in 0..<repetitions {
                times.append(
                    try seconds {
                        try send(sender, bytes)
                        try receive(bytes)
                    } / 2)
            }
        } _: {
            for _ in 0..<repetitions {
                try receive(bytes)
                try send(sender, bytes)
            }
        }
        try sender.complete()
        return isFirst ? median(times) : 0
    }

    /// The time of the calls themselves: sends that no rank waits for, and receives of messages that have arrived.
    private func calls() throws -> (send: Double, receive: Double) {
        var times: [Double] = []
        let sender = sender
        for _ in 0..<10 {
            try play {
                for _ in 0..<Self.burst { times.append(try seconds { try send(sender, 8) }) }
            } _: {
                usleep(3000)
                for _ in 0..<Self.burst { times.append(try seconds { try receive(8) }) }
            }
        }
        try sender.complete()
        let all = try world.allgather(times.isEmpty ? 0 : median(times))
        return (all[0], all[world.size - 1])
    }

    private func burstSeconds() throws -> Double {
        var times: [Double] = []
        let sender = sender
        try play {
            for _ in 0..<repetitions {
                times.append(
                    try seconds {
                        for _ in 0..<Self.burst { try send(sender, 8) }
                        try receive(8)
                    })
            }
        } _: {
            for _ in 0..<repetitions {
                for _ in 0..<Self.burst { try receive(8) }
                try send(sender, 8)
            }
        }
        try sender.complete()
        return isFirst ? median(times) : 0
    }

    private func reduction(_ bytes: Int) throws -> Double {
        let count = bytes / MemoryLayout<Real>.stride
        let values = room.bindMemory(to: Real.self)
        guard let base = values.baseAddress else { return 0 }
        try world.sleepingBarrier()
        let times = try (0..<10).map { _ in
            try seconds { for _ in 0..<20 { try world.minimum(base, count: count) } } / 20
        }
        return median(times)
    }
}

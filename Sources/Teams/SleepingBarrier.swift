import Foundation
import MPI

extension Communicator {
    /// Waits until all ranks have called it, sleeping meanwhile: a rank that waits in MPI keeps its core busy and would
    /// slow down the ranks that are being measured. Collective.
    package func sleepingBarrier() throws {
        func wait(for tag: Int) throws {
            while try receive(ifAvailable: tag) == nil { usleep(200) }
        }
        if rank == 0 {
            for _ in 1..<max(1, size) { try wait(for: MessageTag.arrival) }
            for other in 1..<max(1, size) { try send([0], count: 1, to: other, tag: MessageTag.departure) }
        } else {
            try send([0], count: 1, to: 0, tag: MessageTag.arrival)
            try wait(for: MessageTag.departure)
        }
    }
}

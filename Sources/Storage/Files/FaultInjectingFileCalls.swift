import Failures
import Foundation
import Synchronization

/// The file calls of a fault that tests request (`FaultInjection`): at a given call, or within a checkpoint, SIGKILL ends this
/// process, so that nothing can be cleaned up.
enum FaultInjectingFileCalls {
    private struct Count {
        var calls = 0
        /// The descriptor of the first checkpoint written.
        var checkpoint: Int32?
    }

    private final class Counter: Sendable {
        let count = Mutex(Count())
        let fault: FaultInjection

        init(_ fault: FaultInjection) { self.fault = fault }

        /// Counts a call before it is made, and kills the process if it is the last one.
        func pass() {
            let calls = count.withLock {
                $0.calls += 1
                return $0.calls
            }
            if calls == fault.fileCall { die() }
        }

        func note(_ descriptor: Int, of path: String, _ flags: Int32) {
            guard descriptor >= 0, flags & O_ACCMODE != O_RDONLY, isCheckpoint(path) else { return }
            count.withLock {
                if $0.checkpoint == nil { $0.checkpoint = Int32(descriptor) }
            }
        }

        /// How many of these bytes are written before the process is killed; nil for all of them.
        func last(of bytes: Int, to descriptor: Int32, at offset: Int) -> Int? {
            guard let limit = fault.checkpointByte, offset + bytes >= limit else { return nil }
            return count.withLock { $0.checkpoint == descriptor ? max(0, limit - offset) : nil }
        }
    }

    /// Wraps `calls` so that `fault` happens.
    static func calls(over calls: FileCalls, fault: FaultInjection) -> FileCalls {
        guard fault.fileCall != nil || fault.checkpointByte != nil, fault.applies(toRank: launchedRank) else {
            return calls
        }
        let counter = Counter(fault)
        var faulty = calls
        faulty.open = { path, flags, mode in
            counter.pass()
            let descriptor = calls.open(path, flags, mode)
            counter.note(descriptor, of: path, flags)
            return descriptor
        }
        faulty.write = { descriptor, bytes, offset in
            counter.pass()
            if let last = counter.last(of: bytes.count, to: descriptor, at: offset) {
                _ = calls.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes[..<last]), offset)
                die()
            }
            return calls.write(descriptor, bytes, offset)
        }
        faulty.read = counted(counter, calls.read)
        faulty.sync = counted(counter, calls.sync)
        faulty.close = counted(counter, calls.close)
        faulty.truncate = counted(counter, calls.truncate)
        faulty.rename = counted(counter, calls.rename)
        faulty.link = counted(counter, calls.link)
        faulty.unlink = counted(counter, calls.unlink)
        faulty.makeFolder = counted(counter, calls.makeFolder)
        return faulty
    }

    private static func counted<each Argument>(
        _ counter: Counter, _ call: @escaping @Sendable (repeat each Argument) -> Int
    ) -> @Sendable (repeat each Argument) -> Int {
        { (argument: repeat each Argument) in
            counter.pass()
            return call(repeat each argument)
        }
    }

    /// This process's rank according to its launcher: file calls are also made before MPI is initialised.
    private static var launchedRank: Int {
        let variables = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"]
        let values = ProcessInfo.processInfo.environment
        return variables.lazy.compactMap { values[$0].flatMap { Int($0) } }.first ?? 0
    }

    private static func die() {
        kill(getpid(), SIGKILL)
        while true { pause() }  // until the signal arrives
    }
}

/// Whether a file, complete or not, is a checkpoint by its name.
private func isCheckpoint(_ path: String) -> Bool {
    path.split(separator: "/").last?.hasPrefix("checkpoint-") ?? false
}

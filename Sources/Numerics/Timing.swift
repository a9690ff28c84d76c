package import Foundation

/// Seconds that `body` takes.
package func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = DispatchTime.now()
    try body()
    return secondsSince(start)
}

/// Seconds from `start` until now.
package func secondsSince(_ start: DispatchTime) -> Double {
    Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) * 1e-9
}

/// Seconds that the processor spends on `body` in this thread: what it would take on a machine with nobody else on it.
package func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
    let start = now()
    try body()
    return now() - start
}

/// The middle value (the upper of two).
package func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

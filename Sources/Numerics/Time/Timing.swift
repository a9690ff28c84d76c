package import Foundation

/// Returns the wall-clock time of `body` in seconds.
package func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = DispatchTime.now()
    try body()
    return secondsSince(start)
}

/// Returns the seconds from `start` until now.
package func secondsSince(_ start: DispatchTime) -> Double {
    Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) * 1e-9
}

/// Returns the processor time of `body` in this thread in seconds: its duration on an otherwise idle machine.
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

/// Returns the middle value (the upper one of two); traps if there is none.
package func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

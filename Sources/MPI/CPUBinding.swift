import CMPI

/// The cores on which a process may run: those that the launcher bound it to, or all that the batch system granted.
package struct CPUBinding: Equatable, Sendable, CustomStringConvertible {
    /// The numbers of the cores (hardware threads), ascending; empty if the system does not say.
    package let cores: [Int]

    package init(cores: [Int]) { self.cores = cores }

    /// Returns the binding of the calling thread, which the threads that it starts inherit.
    package static func ofThisThread() -> CPUBinding {
        // Room for 65,536 cores: the kernel refuses a mask that is shorter than its own.
        var mask = [UInt64](repeating: 0, count: 1024)
        let written = mask.withUnsafeMutableBytes { CMPI_sched_getaffinity($0.count, $0.baseAddress) }
        guard written > 0 else { return CPUBinding(cores: []) }
        return CPUBinding(cores: (0..<mask.count * 64).filter { mask[$0 / 64] >> UInt64($0 % 64) & 1 == 1 })
    }

    /// The cores as Linux lists them: "0-1", "0,2-3".
    package var description: String {
        var ranges: [ClosedRange<Int>] = []
        for core in cores {
            if let last = ranges.last, last.upperBound == core - 1 {
                ranges[ranges.count - 1] = last.lowerBound...core
            } else {
                ranges.append(core...core)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }
}

import CMPI
import Foundation

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

    /// Binds the calling thread to one core, or returns the system's error number.
    package static func bindThisThread(to core: Int) -> Int32 {
        var mask = [UInt64](repeating: 0, count: max(16, core / 64 + 1))
        mask[core / 64] = 1 << UInt64(core % 64)
        return mask.withUnsafeBytes { CMPI_sched_setaffinity($0.count, $0.baseAddress) } == 0 ? 0 : errno
    }

    /// One hardware thread of each physical core, its first; all if the system does not say which belong together.
    package var physicalCores: [Int] {
        cores.filter { core in
            let path = "/sys/devices/system/cpu/cpu\(core)/topology/thread_siblings_list"
            guard let list = try? String(contentsOfFile: path, encoding: .utf8) else { return true }
            return CPUBinding.numbers(inList: list).first { cores.contains($0) } ?? core == core
        }
    }

    /// The numbers of a list as Linux writes it, "0-1,64-65"; what is not a number is left out.
    package static func numbers(inList list: String) -> [Int] {
        list.split(separator: ",").flatMap { range in
            let ends = range.split(separator: "-").compactMap {
                Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
            guard let first = ends.first, let last = ends.last, first <= last else { return [Int]() }
            return Array(first...last)
        }
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

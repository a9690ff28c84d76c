import Glibc
import Paths

/// The number of heap allocations of this process, known if it was started with the counting allocator preloaded.
package enum AllocationCount {
    /// The path of the counting allocator next to this program; nil if it was not installed.
    package static var library: String? {
        guard let program = readlink("/proc/self/exe"), let slash = program.unicodeScalars.lastIndex(of: "/") else {
            return nil
        }
        let path = String(program.unicodeScalars[...slash]) + "libactive-bench-allocations.so"
        return access(path, F_OK) == 0 ? path : nil
    }

    /// The number so far; nil if allocations are not counted.
    package static let current: @Sendable () -> Int? = { count.map { $0() } }

    private static let count: (@convention(c) () -> Int)? = dlsym(nil, "ab_allocation_count").map {
        unsafeBitCast($0, to: (@convention(c) () -> Int).self)
    }
}

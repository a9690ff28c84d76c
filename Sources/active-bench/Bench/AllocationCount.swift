import Glibc
import Paths

/// The heap allocations of this process, where `bench` has put a counting allocator before the C library's.
enum AllocationCount {
    /// The library beside this program, of the package's product; nil where it was not installed with it.
    static var library: String? {
        guard let program = readlink("/proc/self/exe"), let slash = program.unicodeScalars.lastIndex(of: "/") else {
            return nil
        }
        let path = String(program.unicodeScalars[...slash]) + "libactive-bench-allocations.so"
        return access(path, F_OK) == 0 ? path : nil
    }

    /// So far; nil where nobody counts.
    static let current: @Sendable () -> Int? = { count.map { $0() } }

    private static let count: (@convention(c) () -> Int)? = dlsym(nil, "ab_allocation_count").map {
        unsafeBitCast($0, to: (@convention(c) () -> Int).self)
    }
}

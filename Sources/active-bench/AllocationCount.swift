import Foundation

/// The heap allocations of this process, where `bench` has put a counting allocator before the C library's.
enum AllocationCount {
    /// The library beside this program, of the package's product; nil where it was not installed with it.
    static var library: String? {
        let path = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("libactive-bench-allocations.so").path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    /// So far; nil where nobody counts.
    static let current: @Sendable () -> Int? = { count.map { $0() } }

    private static let count: (@convention(c) () -> Int)? = dlsym(nil, "ab_allocation_count").map {
        unsafeBitCast($0, to: (@convention(c) () -> Int).self)
    }
}

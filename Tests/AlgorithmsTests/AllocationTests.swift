import Algorithms
import Foundation
import Numerics
import Testing

@Suite struct AllocationTests {
    /// A gradient step allocates nothing: 1,000 steps of every learner (20 of CQL) and fewer with switches, after the
    /// first 10, counted at malloc, calloc, realloc, posix_memalign and aligned_alloc in separate processes.
    ///
    /// One process uses this processor's widest vectors and another, at the same time, vectors of 32 bytes.
    @Test(.timeLimit(.minutes(15))) func stepsAllocateNothing() throws {
        let counts = try [vectorBytes, 32].map { try Count(vectorBytes: $0) }
        for count in counts {
            let output = String(decoding: count.pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            count.process.waitUntilExit()
            #expect(count.process.terminationStatus == 0)
            let lines = output.split(separator: "\n")
            // The counter itself works: it sees that a matrix is made.
            #expect(lines.first?.hasPrefix("counter ") == true && lines.first?.hasPrefix("counter 0") == false)
            // A line for every learner, then for some with other switches.
            #expect(lines.dropFirst().starts(with: LearnerRegistry.standard.names.map { "\($0) 0" }))
            #expect(lines.dropFirst().allSatisfy { $0.hasSuffix(" 0") }, "\(output)")
        }
    }
}

/// A process that counts allocations, and its output.
private struct Count {
    let process = Process()
    let pipe = Pipe()

    /// Starts the process with vectors of `vectorBytes` bytes.
    init(vectorBytes: Int) throws {
        let folder = try #require(Bundle.main.executableURL).deletingLastPathComponent()
        var variables = ProcessInfo.processInfo.environment
        let counter = folder.appendingPathComponent("libactive-bench-allocations.so").path
        variables["LD_PRELOAD"] = [counter, variables["LD_PRELOAD"]].compactMap { $0 }.joined(separator: ":")
        variables["ACTIVE_BENCH_VECTOR_BYTES"] = "\(vectorBytes)"
        process.environment = variables
        process.executableURL = folder.appendingPathComponent("step-allocations")
        process.standardOutput = pipe
        try process.run()
    }
}

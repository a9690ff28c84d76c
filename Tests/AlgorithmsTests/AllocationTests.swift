import Algorithms
import Foundation
import Testing

@Suite struct AllocationTests {
    /// A gradient step allocates nothing: 1,000 steps of every learner (20 of CQL) and fewer with switches, after the
    /// first 10, counted at malloc, calloc, realloc, posix_memalign and aligned_alloc in processes of their own.
    ///
    /// The OpenBLAS kernels matter: some sets allocate in products of certain shapes. One process has those that the
    /// environment chooses, another, at the same time, a set that is not taken by a processor that cannot run it.
    @Test(.timeLimit(.minutes(4))) func stepsAllocateNothing() throws {
        let counts = try ["", "SkylakeX"].map { try Count(kernels: $0) }
        for count in counts {
            let output = String(decoding: count.pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            count.process.waitUntilExit()
            #expect(count.process.terminationStatus == 0)
            let lines = output.split(separator: "\n")
            // The counter itself works: making a matrix is seen.
            #expect(lines.first?.hasPrefix("counter ") == true && lines.first?.hasPrefix("counter 0") == false)
            let learners = LearnerKind.allCases.map(\.rawValue) + ["CQL", "ACTIVE-I", "ACTIVE-S"]
            #expect(lines.dropFirst() == learners.map { "\($0) 0" }[...])
        }
    }
}

/// A process that counts, and what it prints.
private struct Count {
    let process = Process()
    let pipe = Pipe()

    /// Starts it with the OpenBLAS kernels named; the empty name leaves the choice to the environment.
    init(kernels: String) throws {
        if !kernels.isEmpty {
            process.environment = ProcessInfo.processInfo.environment.merging(["OPENBLAS_CORETYPE": kernels]) { $1 }
        }
        process.executableURL = Bundle.main.executableURL?.deletingLastPathComponent().appendingPathComponent(
            "step-allocations")
        process.standardOutput = pipe
        try process.run()
    }
}

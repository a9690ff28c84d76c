import Algorithms
import Foundation
import Testing

@Suite struct AllocationTests {
    /// A gradient step allocates nothing: 1,000 steps of every learner (20 of CQL) and fewer with switches, after the
    /// first 10, counted at malloc, calloc, realloc, posix_memalign and aligned_alloc in a process of its own.
    ///
    /// - Parameter kernels: the OpenBLAS kernels, which matter: some sets allocate in products of certain shapes. The
    ///   empty name leaves the choice to the environment; a set that the processor cannot run is not taken.
    @Test(.timeLimit(.minutes(4)), arguments: ["", "SkylakeX"])
    func stepsAllocateNothing(kernels: String) throws {
        let process = Process()
        if !kernels.isEmpty {
            process.environment = ProcessInfo.processInfo.environment.merging(["OPENBLAS_CORETYPE": kernels]) { $1 }
        }
        process.executableURL = Bundle.main.executableURL?.deletingLastPathComponent().appendingPathComponent(
            "step-allocations")
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let lines = output.split(separator: "\n")
        // The counter itself works: making a matrix is seen.
        #expect(lines.first?.hasPrefix("counter ") == true && lines.first?.hasPrefix("counter 0") == false)
        let learners = LearnerKind.allCases.map(\.rawValue) + ["CQL", "ACTIVE-I", "ACTIVE-S"]
        #expect(lines.dropFirst() == learners.map { "\($0) 0" }[...])
    }
}

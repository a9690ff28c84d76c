import ProgramRuns
import Testing

/// Each call works on 1, 2, 3 and 5 ranks: odd and prime numbers find errors that powers of two hide.
@Suite struct CommunicatorTests {
    @Test(arguments: ["collectives", "progress", "dropped-record"], [1, 2, 3, 5])
    func isRightOnEveryRank(exercise: String, ranks: Int) throws {
        let child = try ChildProcess.exercise(exercise, ranks: ranks)
        #expect(child.exitCode == 0, "\(child.output)")
    }

    @Test(arguments: [1, 2, 3, 5]) func invalidDestinationIsAnError(ranks: Int) throws {
        let child = try ChildProcess.exercise("invalid-destination", ranks: ranks)
        #expect(child.exitCode == 0, "\(child.output)")
        for rank in 0..<ranks {
            #expect(child.output.contains("MPI_Isend failed on rank \(rank): "), "\(child.output)")
        }
    }

    @Test(arguments: [1, 2, 3, 5]) func invalidRootIsAnError(ranks: Int) throws {
        let child = try ChildProcess.exercise("invalid-root", ranks: ranks)
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.output.contains("MPI_Bcast failed on rank \(ranks - 1): "), "\(child.output)")
    }
}

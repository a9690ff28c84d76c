import MPI
import ProgramRuns
import Testing

/// The parts of teams of ranks: groups, the minimum, messages, shared memory.
@Suite struct TeamTests {
    @Test(arguments: ["groups", "minimum", "messages", "shared-blocks"], [1, 2, 3, 4])
    func isRightOnEveryRank(exercise: String, ranks: Int) throws {
        let child = try ChildProcess.exercise(exercise, ranks: ranks)
        #expect(child.exitCode == 0, "\(child.output)")
        if exercise == "shared-blocks" && ranks > 1 {
            let refusal = "68719476736 MiB of memory for the ranks of one node do not fit in /dev/shm, which has "
            #expect(child.output.contains(refusal), "\(child.output)")
        }
    }

    @Test func refusalSaysHowMuchAndWhere() {
        let refusal = SharedMemoryExhausted(bytes: 3 << 20 | 1, place: "/dev/shm", available: 64 << 20)
        #expect(
            refusal.description == """
                4 MiB of memory for the ranks of one node do not fit in /dev/shm, which has 64 MiB free: make it larger (in \
                a container: --shm-size) or use fewer datasets
                """)
        let alone = SharedMemoryExhausted(bytes: 1, place: nil, available: nil)
        #expect(alone.description == "1 MiB of memory for the ranks of one node do not fit")
    }
}

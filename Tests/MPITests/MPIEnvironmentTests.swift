import MPI
import ProgramRuns
import Testing

@Suite struct MPIEnvironmentTests {
    @Test(arguments: [1, 2, 3, 5]) func startsUnderALauncher(ranks: Int) throws {
        let child = try ChildProcess.exercise("start", ranks: ranks)
        #expect(child.exitCode == 0, "\(child.output)")
        for rank in 0..<ranks { #expect(child.output.contains("rank \(rank) of \(ranks) on "), "\(child.output)") }
    }

    @Test func startsAloneWithoutALauncher() throws {
        let child = try ChildProcess.exerciseAlone("start")
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.output.contains("rank 0 of 1 on "), "\(child.output)")
        #expect(child.output.contains(MPIEnvironment.libraryVersion), "\(child.output)")
    }

    /// The other ranks wait in a barrier; the last line of the rank that aborts is not lost.
    @Test(arguments: [1, 2, 3, 5]) func abortEndsAllRanksWithItsCode(ranks: Int) throws {
        let child = try ChildProcess.exercise("abort", ranks: ranks)
        #expect(child.exitCode == 65, "\(child.output)")
        #expect(child.output.contains("rank \(ranks - 1) gives up"), "\(child.output)")
    }

    @Test func abortWithoutLauncherPrintsNothingMore() throws {
        let child = try ChildProcess.exerciseAlone("abort")
        #expect(child.exitCode == 65)
        #expect(child.output == "rank 0 gives up")
    }

    @Test func oneOfManyUnconnectedTasksIsRefused() throws {
        let task = ["SLURM_NTASKS": "4", "SLURM_PROCID": "0", "SLURM_STEP_ID": "0"]
        let child = try ChildProcess.exerciseAlone("start", environment: task)
        #expect(child.exitCode == 64, "\(child.output)")
        #expect(child.output.contains("MPI sees 1 rank, but SLURM_NTASKS=4 processes were started"))
    }

    @Test func bindingIsTheAffinityMask() throws {
        let core = try #require(CPUBinding.ofThisThread().cores.last)
        let child = try ChildProcess.exerciseAlone("binding", prefix: ["taskset", "-c", "\(core)"])
        #expect(child.output == "1 cores: \(core)\n")
    }

    @Test(arguments: [
        ("3\n", [3]), ("0-1\n", [0, 1]), ("0-1,64-65", [0, 1, 64, 65]), ("", []), ("5-2", []), ("x", []),
    ])
    func listsOfCores(list: String, numbers: [Int]) { #expect(CPUBinding.numbers(inList: list) == numbers) }

    @Test func bindingIsWrittenAsRanges() {
        #expect(CPUBinding(cores: [0, 1]).description == "0-1")
        #expect(CPUBinding(cores: [0, 2, 3, 4, 64]).description == "0,2-4,64")
        #expect(CPUBinding(cores: []).description == "")
    }
}

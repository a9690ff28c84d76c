import MPI
import Testing

@Suite struct LauncherMismatchTests {
    private func check(_ worldSize: Int, _ environment: [String: String]) throws {
        try checkLauncher(worldSize: worldSize) { environment[$0] }
    }

    @Test func agreementPasses() throws {
        try check(1, [:])
        try check(4, ["OMPI_COMM_WORLD_SIZE": "4"])
        try check(4, ["PMI_SIZE": "4"])
        try check(4, ["SLURM_NTASKS": "4", "SLURM_PROCID": "2", "SLURM_STEP_ID": "0"])
        try check(1, ["SLURM_NTASKS": "1", "SLURM_PROCID": "0", "SLURM_STEP_ID": "3"])
    }

    @Test func disagreementNamesTheVariable() {
        let mismatch = LauncherMismatch(variable: "PMI_SIZE", started: 4, worldSize: 1)
        #expect(throws: mismatch) { try check(1, ["PMI_SIZE": "4"]) }
        #expect(throws: LauncherMismatch(variable: "OMPI_COMM_WORLD_SIZE", started: 8, worldSize: 2)) {
            try check(2, ["OMPI_COMM_WORLD_SIZE": "8"])
        }
        #expect(throws: LauncherMismatch(variable: "SLURM_STEP_NUM_TASKS", started: 4, worldSize: 1)) {
            let task = ["SLURM_STEP_NUM_TASKS": "4", "SLURM_NTASKS": "16", "SLURM_PROCID": "0", "SLURM_STEP_ID": "1"]
            try check(1, task)
        }
        #expect(mismatch.description.hasPrefix("MPI sees 1 rank, but PMI_SIZE=4 processes were started: "))
    }

    /// A batch script has SLURM_NTASKS and SLURM_PROCID, but is not a task of a step.
    @Test func aBatchScriptOrInteractiveShellPasses() throws {
        try check(1, ["SLURM_NTASKS": "16", "SLURM_PROCID": "0"])
        for step in ["batch", "4294967291", "4294967290"] {
            try check(1, ["SLURM_NTASKS": "16", "SLURM_PROCID": "0", "SLURM_STEP_ID": step])
        }
    }

    /// mpirun starts its daemons with srun, so ranks on other nodes see a step with as many tasks as nodes.
    @Test func mpirunInsideAnAllocationPasses() throws {
        let step = ["SLURM_NTASKS": "3", "SLURM_PROCID": "1", "SLURM_STEP_ID": "0"]
        try check(1, step.merging(["OMPI_COMM_WORLD_SIZE": "1"]) { $1 })
        try check(8, step.merging(["OMPI_COMM_WORLD_SIZE": "8"]) { $1 })
        try check(2, step.merging(["PMI_SIZE": "2"]) { $1 })
    }

    /// Each part of a heterogeneous job has its own SLURM_NTASKS; ranks
    /// that are connected are never reported as singletons.
    @Test func severalConnectedRanksPassWhateverSlurmCounts() throws {
        try check(6, ["SLURM_NTASKS": "2", "SLURM_PROCID": "0", "SLURM_STEP_ID": "0"])
    }
}

import Cases
import Failures
import RunFolders
import ScratchFiles
import Studies
import Testing

/// What a longer training takes over of the warnings in a checkpoint of step 60, of which it has neither a row of the
/// curve nor an evaluation.
@Suite(.serialized) struct LongerTrainingWarningTests {
    let temporary = TemporaryFolder()

    private func studyCase(steps: Int) throws -> StudyCase {
        try SmallRun.plan("TD3+BC: {\(SmallRun.small)}", steps: steps).cases[0]
    }

    /// The checkpoint from which the case continues to step 110, if its last one, of step 60, has these warnings.
    private func start(
        _ warning: CaseProgress.LearnerWarning?, _ simulatorWarning: CaseProgress.SimulatorWarning?
    ) throws -> Checkpoint? {
        let short = try studyCase(steps: 60)
        let folder = RunFolder(temporary.path).folder(of: short)
        try SmallRun.run(short, in: RunFolder(temporary.path), rule: StoppedRun.rule())
        let store = CheckpointStore(folder: folder.path)
        var checkpoint = try #require(try store.readable().checkpoints.first)
        checkpoint.progress.warning = warning
        checkpoint.progress.simulatorWarning = simulatorWarning
        try store.save(checkpoint)
        return try #require(try folder.longerTraining(of: studyCase(steps: 110))).start()
    }

    @Test(arguments: [(60, false), (50, true), (6, true)]) func ofTheLearner(step: Int, isKept: Bool) throws {
        let warning = CaseProgress.LearnerWarning(step: step, text: "β grows")
        #expect(try start(warning, nil)?.progress.warning == (isKept ? warning : nil))
    }

    /// The sum over evaluations cannot be divided, so one that began earlier refuses the continuation.
    @Test func ofTheSimulator() throws {
        let checkpoint = try start(nil, .init(step: 60, text: "episode 0: MuJoCo warned: nefc", episodes: 2))
        #expect(checkpoint != nil && checkpoint?.progress.simulatorWarning == nil)
        #expect(throws: HarnessError.self) {
            try start(nil, .init(step: 50, text: "episode 0: MuJoCo warned: nefc", episodes: 3))
        }
    }
}

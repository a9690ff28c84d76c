import Datasets
import MPI
import Numerics
import Teams

/// The traces for a scaling study's predictions, recorded on rank 0 alone with ensembles of several sizes, and the
/// slowdown when all ranks work at once.
final class ScalingRecordings {
    private let world: Communicator
    /// The recorders on rank 0, by m; the subject's own size first.
    private let alone: [(members: Int, recording: StepTraceRecorder)]
    private let busy: StepTraceRecorder?
    private var factors: [Double] = []

    init(_ subject: ScalingSubject, _ transitions: Transitions, _ world: Communicator) {
        self.world = world
        let own = subject.members ?? 1
        // Larger ensembles show how the times grow with m.
        let sizes = subject.members == nil ? [] : [4 * own, 16 * own].filter { $0 <= subject.largestEnsemble }
        let larger = sizes.compactMap { m in subject.with(members: m).map { (m, $0) } }
        alone =
            world.rank == 0
            ? ([(own, subject)] + larger).map { ($0, StepTraceRecorder($1, transitions)) } : []
        busy = world.size > 1 ? StepTraceRecorder(subject, transitions) : nil
    }

    /// Records steps of each kind for about `seconds`. Collective.
    ///
    /// - Throws: `MPIError`.
    func record(seconds: Double) throws {
        try world.sleepingBarrier()
        let times = alone.map { $0.recording.record(seconds: seconds) }
        try world.sleepingBarrier()
        guard let busy else { return }
        let together = try world.allgather(busy.record(seconds: seconds))
        guard let own = times.first else { return }
        factors.append(median(together) / own)
    }

    /// Seconds per step on a rank while all work, divided by those of rank 0 alone; 1 for one rank. Known to rank 0.
    var busyFactor: Double { factors.isEmpty ? 1 : median(factors) }

    /// The traces; only on rank 0.
    var traces: EnsembleTraces? {
        guard !alone.isEmpty else { return nil }
        return EnsembleTraces(Dictionary(uniqueKeysWithValues: alone.map { ($0.members, $0.recording.trace) }))
    }
}

import Algorithms
import Cases
import Environments
import Failures
import Numerics
import Storage

/// Checkpoints.
extension BehaviourTraining {
    /// In place of the digest of a dataset, which a training of a behaviour policy does not have.
    private static let noDataset = "none"

    /// Goes on from the newest checkpoint; otherwise begins, with the networks of `start` if it is given.
    func startOrResume(_ start: Checkpoint?, _ onNotice: (String) -> Void) throws {
        DurableFile.removeUnfinished(in: folder)
        try settings.keep(in: folder)
        let (found, notices) = try store.newest(
            for: settings.identifier, configuration: settings.digest, datasetSHA256: Self.noDataset)
        notices.forEach(onNotice)
        if let checkpoint = found?.checkpoint { return try resume(checkpoint, onNotice) }
        if let start {
            try sac.restore(start, updates: Int(try start.scalar("updates")))
            (step, lastSnapshot) = (start.step, start.step)
        }
        try log.create()
        try curve.createEmpty()
        try curve.append(Self.curveHeading)
        try acting.begin()
    }

    private func resume(_ checkpoint: Checkpoint, _ onNotice: (String) -> Void) throws {
        for (name, now) in libraries.sorted(by: { $0.key < $1.key }) {
            guard let before = checkpoint.libraries[name], before != now else { continue }
            onNotice(
                "continues with another \(name) than before (\(before), now \(now)): equal bytes are not guaranteed")
        }
        try sac.restore(checkpoint, updates: Int(try checkpoint.scalar("updates")))
        step = checkpoint.step
        lastSnapshot = Int(try checkpoint.scalar("last_snapshot"))
        guard checkpoint.progress.outputs.count == 2 else {
            throw HarnessError.badInput("\(folder): expected a checkpoint with 2 files, found another")
        }
        try curve.resume(at: checkpoint.progress.outputs[0])
        try log.resume(at: checkpoint.progress.outputs[1])
        try log.fill(replay)
        try acting.restore(checkpoint, log)
        onNotice("goes on after step \(step)")
    }

    func saveCheckpoint() throws {
        try log.sync()
        try curve.sync()
        var scalars = sac.checkpointScalars().merging(acting.scalars) { first, _ in first }
        scalars["updates"] = Double(sac.updates)
        scalars["last_snapshot"] = Double(lastSnapshot)
        try store.save(
            Checkpoint(
                caseIdentifier: settings.identifier, configuration: settings.digest, datasetSHA256: Self.noDataset,
                step: step, scalars: scalars, progress: CaseProgress(outputs: [curve.position, log.position]),
                libraries: libraries, tensors: sac.checkpointTensors))
    }

    /// The libraries and kernels on which the bits of a training depend in addition to its settings.
    private var libraries: [String: String] {
        var found = [
            "product_kernels": ProductBackEnd.current.description, "mujoco": EnvironmentRegistry.simulatorVersion,
            "glibc": Provenance.glibcVersion,
        ]
        if settings.precision != Precision.full.rawValue { found["matrix_unit"] = MatrixUnit.selected?.rawValue }
        return found
    }
}

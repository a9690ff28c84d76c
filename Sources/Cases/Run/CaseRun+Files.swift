import Algorithms
import CKernels
import Datasets
import DatasetTools
import Environments
import Foundation
import Numerics
import Policies
import Storage
import Studies
import Teams

/// Checkpoints and results.
extension CaseRun {
    /// The libraries and kernels on which a case's results depend in addition to its configuration.
    private var libraries: [String: String] {
        var found = [
            "product_kernels": ProductBackEnd.current.description, "mujoco": EnvironmentRegistry.simulatorVersion,
            "glibc": Provenance.glibcVersion,
        ]
        if studyCase.hyperparameters.precision != .full { found["matrix_unit"] = MatrixUnit.selected?.rawValue }
        return found
    }

    /// Writes a checkpoint of the current state. Collective over the team.
    func saveCheckpoint() throws {
        guard let state = try TrainingState(learner: learner, placement: placement, team: team).gather(),
            let output
        else { return }
        progress.outputs = try output.positions()
        try store.save(
            Checkpoint(
                caseIdentifier: studyCase.identifier, configuration: studyCase.configurationDigest,
                datasetSHA256: data.file.sha256, step: step, plannedSteps: studyCase.steps, scalars: state.scalars,
                progress: progress, libraries: libraries, tensors: state.tensors))
    }

    /// Reads the newest checkpoint on every rank; nil if there is none to resume from. Collective over the team.
    func newestCheckpoint() throws -> Checkpoint? {
        var found: CheckpointStore.Found?
        if team.isLeader {
            let newest = try store.newest(
                for: studyCase.identifier, configuration: studyCase.configurationDigest, steps: studyCase.steps,
                datasetSHA256: data.file.sha256, or: data.file.otherSHA256 ?? [])
            notices += newest.notices
            found = newest.found
            if let found { notices += differences(from: found.checkpoint) }
        }
        let bytes = try team.broadcast(found.map { Array($0.bytes) } ?? [])
        if team.isLeader { return found?.checkpoint }
        return bytes.isEmpty ? nil : try Checkpoint.decode(Data(bytes), path: "checkpoint from the leader")
    }

    /// Sentences on changes since a checkpoint was written, because of which the remaining results may differ in their
    /// bits.
    private func differences(from checkpoint: Checkpoint) -> [String] {
        libraries.sorted { $0.key < $1.key }.compactMap { name, now in
            // Older versions wrote OpenBLAS's kernels, which computed some products, and the library of bfloat16.
            let older = ["product_kernels": "blas_core_type", "matrix_unit": "bfloat16"][name]
            guard let before = checkpoint.libraries[name] ?? older.flatMap({ checkpoint.libraries[$0] }), before != now
            else { return nil }
            return "continues with another \(name) than before (\(before), now \(now)): equal bytes are not guaranteed"
        }
    }

    /// Writes the files of a finished case on the leader; returns the result on every rank.
    func concludeCase() throws -> CaseResult {
        let result = CaseResult(
            learner: studyCase.learner.name, dataset: studyCase.dataset, variant: studyCase.variant,
            seed: studyCase.seed,
            steps: studyCase.steps, datasetSHA256: data.file.sha256, transitions: data.file.transitions,
            data: data.summary,
            remarks: remarks, divergence: progress.divergence, warnings: warnings, evaluations: progress.evaluations)
        guard let output else { return result }
        try output.close()
        try PolicyFile.write(policy, to: folder.file("policy.safetensors"), metadata: policyMetadata)
        try DurableFile.write(result.encoded(), to: folder.file("result.json"))
        try store.removeAll(but: rule.keepsLast ? step : nil)
        return result
    }

    /// Remarks on the data and the batches drawn from them; nil if there are none.
    private var remarks: [String]? {
        let batch = DatasetRemarks.smallerThanBatch(data.file.transitions, batch: studyCase.hyperparameters.batchSize)
        let all = (data.file.remarks ?? []) + [batch].compactMap { $0 }
        return all.isEmpty ? nil : all
    }

    /// Warnings of the learner and the simulator; nil if there are none.
    private var warnings: [String]? {
        let simulation = progress.simulatorWarning.map {
            $0.first + ($0.episodes > 1 ? " (and in \($0.episodes - 1) episodes more)" : "")
        }
        let all = [progress.warning?.description, simulation].compactMap { $0 }
        return all.isEmpty ? nil : all
    }

    private var policyMetadata: [String: String] {
        [
            "environment": environment.specification.name, "algorithm": studyCase.learner.name,
            "dataset": studyCase.dataset,
            "variant": studyCase.variant, "seed": String(studyCase.seed), "step": String(step),
        ]
    }

    /// Ends a phase: writes its duration to `timing.csv`.
    func endPhase(_ name: String) throws {
        try output?.addTime(name, step, secondsSince(phaseStart))
        phaseStart = .now()
    }
}

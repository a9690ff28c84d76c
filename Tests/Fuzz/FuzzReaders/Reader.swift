import Cases
import ConformanceTraces
import Datasets
import Foundation
import Policies
import RunFolders
import Storage
import Studies

/// The readers of bytes from outside, each with the name that selects it. A thrown error is a valid result; a trap, a
/// sanitizer's report, an endless loop, or a file that changes when it is written again is a finding.
enum Reader: String, CaseIterable {
    case checkpoint, claim, dataset, failure, heartbeat, manifest, minari, policy, result, study, trace

    func read(_ bytes: Data, in scratch: ScratchFolder) throws {
        switch self {
        case .checkpoint: try checkpoint(bytes)
        case .claim:
            scratch.put(bytes, "case/claim-0")
            _ = try Claim.look(at: scratch.path("case"), heartbeats: scratch.path("ranks")) { 0 }
            _ = try Claim.removeAll(ofFinished: scratch.path("case"), heartbeats: scratch.path("ranks")) { 1e12 }
        case .dataset:
            scratch.put(bytes, "data.hdf5")
            let file = try D4RLFile(
                path: scratch.path("data.hdf5"), includingNextObservations: true, arrayLimit: 1 << 24)
            _ = try Transitions(file, maximumSteps: 1000)
        case .failure:
            scratch.put(bytes, "case/failure.json")
            _ = try CaseFailure.note(in: scratch.path("case"))
        case .heartbeat:
            scratch.put(bytes, "ranks/run-rank-0000.json")
            for (heartbeat, _) in try Heartbeat.readAll(in: scratch.root, now: 1e12) { _ = heartbeat.isOfEndedProcess }
        case .manifest:
            scratch.put(bytes, "run.json")
            let manifest = try RunManifest.read(RunFolder(scratch.root))
            let again = try manifest.encoded()
            scratch.put(again, "run.json")
            requireSame(try RunManifest.read(RunFolder(scratch.root)).encoded(), again)
        case .minari: _ = try MinariMetadata(String(decoding: bytes, as: UTF8.self), file: "metadata.json")
        case .policy:
            scratch.put(bytes, "policy")
            let (snapshot, metadata) = try PolicyFile.readWithMetadata(scratch.path("policy"))
            try PolicyFile.write(snapshot, to: scratch.path("again"), metadata: metadata)
            _ = try PolicyFile.read(scratch.path("again"))
        case .result:
            scratch.put(bytes, "result.json")
            let again = try CaseResult.read(scratch.path("result.json")).encoded()
            scratch.put(again, "result.json")
            requireSame(try CaseResult.read(scratch.path("result.json")).encoded(), again)
        case .study: _ = try StudyFile.parse(String(decoding: bytes, as: UTF8.self), path: "study.yaml")
        case .trace:
            scratch.put(bytes, "trace.h5")
            _ = try ConformanceTrace(scratch.path("trace.h5"))
        }
    }

    /// Decodes a checkpoint after correcting its digest, at which any changed byte would otherwise end the reading.
    private func checkpoint(_ bytes: Data) throws {
        var file = bytes
        if file.count >= 32 {
            let digest = SHA256Digest()
            file.dropLast(32).withUnsafeBytes { digest.update($0) }
            file.replaceSubrange(file.count - 32..<file.count, with: digest.bytes)
        }
        let again = try Checkpoint.decode(file, path: "checkpoint").encoded()
        requireSame(try Checkpoint.decode(again, path: "checkpoint").encoded(), again)
    }

    /// Traps unless what was read and written again is the same.
    private func requireSame(_ file: Data, _ before: Data) {
        precondition(file == before, "it was written differently")
    }
}

package import Cases
import Failures
import Foundation
package import MPI
import Paths
import Storage
import Teams

/// The checkpoint from whose networks and optimisers a training starts.
package struct BehaviourStart: Sendable {
    /// The contents of the file.
    package let checkpoint: Checkpoint
    private let path: String
    private let sha256: String

    /// What the settings of a training record of it.
    package var record: BehaviourSettings.Start { .init(sha256: sha256, step: checkpoint.step) }

    fileprivate init(path: String, bytes: [UInt8]) throws {
        checkpoint = try Checkpoint.decode(Data(bytes), path: path)
        let digest = SHA256Digest()
        bytes.withUnsafeBytes { digest.update($0) }
        sha256 = digest.hexadecimal
        self.path = path
    }

    /// Refuses a checkpoint of a training in another environment.
    ///
    /// - Throws: `HarnessError.badInput`.
    package func require(environment: String) throws {
        guard checkpoint.caseIdentifier.hasPrefix("SAC/\(environment)/seed-") else {
            throw HarnessError.badInput(
                "\(path): expected a checkpoint of a training in \(environment), found one of \(checkpoint.caseIdentifier)"
            )
        }
    }
}

extension Communicator {
    /// The checkpoint at `path`, read by rank 0, on every rank; nil for a nil path. Collective.
    ///
    /// - Throws: `AgreedFault` if it cannot be read.
    package func agreeOnStart(_ path: String?) throws -> BehaviourStart? {
        guard let path else { return nil }
        let bytes = try agree(sharing: {
            let expectation = "expected a checkpoint of `active-bench collect train`"
            if let kind = PathKind(ofPath: path), kind != .file {
                throw HarnessError.badInput("\(path): \(expectation), found \(kind.rawValue)")
            }
            guard let data = try FileCalls.current.contents(of: path) else {
                throw HarnessError.badInput("\(path): no such file; \(expectation)")
            }
            _ = try BehaviourStart(path: path, bytes: Array(data))
            return Array(data)
        })
        return try BehaviourStart(path: path, bytes: bytes)
    }
}

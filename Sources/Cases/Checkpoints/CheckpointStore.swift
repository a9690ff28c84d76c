import Failures
package import Foundation
import Paths
import Storage

/// The checkpoints in a case's folder: `checkpoint-0000010000.bin`, named by the number of gradient steps. The two
/// newest are kept, because the newest may turn out to be unreadable.
package struct CheckpointStore: Sendable {
    private let folder: String

    /// - Parameter folder: the case's folder.
    package init(folder: String) { self.folder = folder }

    /// Writes a checkpoint, reads it back, and only then removes all but this one and its predecessor.
    ///
    /// The sync of the case's folder makes the names of all its files durable. The contents of the other files have to be
    /// synced before.
    ///
    /// - Throws: `HarnessError.io`; older checkpoints are then untouched.
    package func save(_ checkpoint: Checkpoint) throws {
        let path = path(of: checkpoint.step)
        let data = try checkpoint.encoded()
        try DurableFile.write(data, to: path)
        try verify(path, holds: data)
        // A checkpoint of a later step was left by an earlier attempt and could not be read: this attempt started from an
        // earlier step.
        let others = try steps().filter { $0 != checkpoint.step }
        let before = others.last { $0 < checkpoint.step }
        for step in others where step != before { try remove(step) }
    }

    /// A checkpoint, and the bytes of its file.
    package struct Found {
        package let checkpoint: Checkpoint
        package let bytes: Data
    }

    /// The newest readable checkpoint; nil if there is none.
    ///
    /// - `steps`: the gradient steps in the configuration.
    /// - `others`: digests of other files with the same contents as the dataset's.
    /// - Returns: the checkpoint, and a sentence about each unreadable one.
    /// - Throws: `HarnessError.badInput` if a checkpoint belongs to another case, configuration or dataset, because
    ///   their results must not mix; `HarnessError.io` if one cannot be read now: a later attempt may succeed.
    package func newest(
        for caseIdentifier: String, configuration: String, steps planned: Int? = nil, datasetSHA256: String,
        or others: [String] = []
    ) throws -> (found: Found?, notices: [String]) {
        var notices: [String] = []
        for step in try steps().reversed() {
            let path = path(of: step)
            guard let data = try FileCalls.current.contents(of: path) else { continue }  // It was removed meanwhile.
            let checkpoint: Checkpoint
            do {
                checkpoint = try Checkpoint.decode(data, path: path)
            } catch let error as CheckpointError {
                notices.append("\(error)")
                continue
            }
            try require("case", caseIdentifier, checkpoint.caseIdentifier, path)
            if let planned, let found = checkpoint.plannedSteps, found > planned,
                checkpoint.configuration != configuration
            {
                throw HarnessError.badInput(
                    "\(path): continues to 'steps: \(found)' where the study now has 'steps: \(planned)' (training can be made "
                        + "longer, not shorter): choose another --out folder, or remove this case's")
            }
            try require("configuration with SHA-256", configuration, checkpoint.configuration, path)
            if !others.contains(checkpoint.datasetSHA256) {
                try require("dataset with SHA-256", datasetSHA256, checkpoint.datasetSHA256, path)
            }
            guard checkpoint.step == step else {
                notices.append("\(path): expected a checkpoint of step \(step), found one of step \(checkpoint.step)")
                continue
            }
            return (Found(checkpoint: checkpoint, bytes: data), notices)
        }
        return (nil, notices)
    }

    /// All readable checkpoints, newest first.
    ///
    /// - Returns: the checkpoints, and a sentence about each unreadable one.
    /// - Throws: `HarnessError.io`.
    package func readable() throws -> (checkpoints: [Checkpoint], notices: [String]) {
        var found: (checkpoints: [Checkpoint], notices: [String]) = ([], [])
        for step in try steps().reversed() {
            let path = path(of: step)
            guard let data = try FileCalls.current.contents(of: path) else { continue }
            do {
                found.checkpoints.append(try Checkpoint.decode(data, path: path))
            } catch let error as CheckpointError {
                found.notices.append("\(error)")
            }
        }
        return found
    }

    /// Removes the checkpoints of a finished case, except the one of step `kept`.
    package func removeAll(but kept: Int? = nil) throws {
        for step in try steps() where step != kept { try remove(step) }
    }

    /// The step of the newest checkpoint, by its name only, and when it was written, in seconds since 1970 by the file
    /// system's clock; nil if there is none.
    ///
    /// - Throws: `HarnessError.io` if the folder cannot be read.
    package func stepOfNewest() throws -> (step: Int, written: Double)? {
        guard let step = try steps().last, let written = try FileSystemClock.lastWrite(path(of: step)) else {
            return nil
        }
        return (step, written)
    }

    /// The steps of all checkpoints, ascending.
    private func steps() throws -> [Int] {
        return (try FileCalls.names(in: folder) ?? []).compactMap { CheckpointStore.step(of: $0) }.sorted()
    }

    private static func step(of name: String) -> Int? {
        guard name.hasPrefix("checkpoint-"), name.hasSuffix(".bin") else { return nil }
        let digits = name.dropFirst("checkpoint-".count).dropLast(".bin".count)
        return digits.count == 10 ? Int(digits) : nil
    }

    private func path(of step: Int) -> String { "\(folder)/checkpoint-\(step.zeroPadded(to: 10)).bin" }

    private func verify(_ path: String, holds data: Data) throws {
        let found = try FileCalls.current.contents(of: path)
        // The folder may have been removed meanwhile.
        guard let found else { throw HarnessError.io(path: path, operation: "read back", code: ENOENT) }
        guard found == data else {
            _ = FileCalls.current.unlink(path)
            throw HarnessError.io(path: path, operation: "read back what was written", code: EIO)
        }
    }

    private func remove(_ step: Int) throws {
        try FileCalls.current.removed(path(of: step))
    }

    private func require(_ what: String, _ expected: String, _ found: String, _ path: String) throws {
        guard expected == found else {
            throw HarnessError.badInput(
                "\(path): expected a checkpoint of the \(what) \(expected), found one of \(found): results of two must "
                    + "not mix; choose another --out folder, or remove this case's")
        }
    }
}

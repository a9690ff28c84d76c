import Foundation

/// A case that could not be brought to its end.
public struct CaseFailure: Error, CustomStringConvertible {
    /// `Case.identifier`.
    public let identifier: String
    /// "rank 1 of 3 on node7: case …, training at step 50".
    public let place: String
    /// What went wrong.
    public let cause: any Error

    /// What went wrong, in one sentence; `place` says where.
    public var description: String { "\(cause)" }

    /// What is left in the case's folder for `active-bench status`.
    package struct Note: Codable {
        package var place: String
        package var message: String
    }

    private static func path(in folder: String) -> String { "\(folder)/failure.json" }

    /// Leaves a note in the case's folder, if that is possible: the job is about to end.
    func leaveNote(in folder: String) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(Note(place: place, message: "\(cause)")) else { return }
        try? DurableFile.write(data + Data("\n".utf8), to: CaseFailure.path(in: folder))
    }

    /// The note of the last attempt; nil if it did not fail.
    ///
    /// - Throws: `HarnessError` for a note that cannot be read.
    package static func note(in folder: String) throws -> Note? {
        let path = path(in: folder)
        return try FileCalls.current.contents(of: path).map {
            try decodeJSON($0, as: "a note on a case that failed", path: path)
        }
    }

    /// A new attempt begins.
    static func forget(in folder: String) { unlink(path(in: folder)) }
}

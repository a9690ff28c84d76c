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
    struct Note: Codable {
        var place: String
        var message: String
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
    static func note(in folder: String) -> Note? {
        FileManager.default.contents(atPath: path(in: folder)).flatMap {
            try? JSONDecoder().decode(Note.self, from: $0)
        }
    }

    /// A new attempt begins.
    static func forget(in folder: String) { unlink(path(in: folder)) }
}

package import Failures
import Foundation
import Paths
import Storage

/// A case that could not be completed.
package struct CaseFailure: ExitCoded, CustomStringConvertible {
    /// `StudyCase.identifier`.
    package let identifier: String
    /// Where it failed: "rank 1 of 3 on node7: case …, training at step 50".
    package let place: String
    /// The error.
    package let cause: any Error

    package init(identifier: String, place: String, cause: any Error) {
        self.identifier = identifier
        self.place = place
        self.cause = cause
    }

    /// The error in one sentence, without `place`.
    package var description: String { "\(cause)" }

    /// The note in the case's folder for `active-bench status`.
    package struct Note: Codable {
        package var place: String
        package var message: String
    }

    private static func path(in folder: String) -> String { "\(folder)/failure.json" }

    /// Writes a note into the case's folder; errors are ignored, because the job is about to end.
    package func leaveNote(in folder: String) {
        guard let data = try? jsonFile(Note(place: place, message: "\(cause)")) else { return }
        try? DurableFile.write(data, to: CaseFailure.path(in: folder))
    }

    /// Reads the note of the last attempt; nil if it did not fail.
    ///
    /// - Throws: `HarnessError` for a note that cannot be read.
    package static func note(in folder: String) throws -> Note? {
        let path = path(in: folder)
        return try FileCalls.current.contents(of: path).map {
            try decodeJSON($0, as: "a note on a case that failed", path: path)
        }
    }

    /// Removes the note when a new attempt begins.
    package static func forget(in folder: String) { Paths.unlink(path(in: folder)) }

    package var exitStatus: ExitStatus { ExitStatus(for: cause) }
}

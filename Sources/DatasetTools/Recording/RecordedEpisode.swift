package import Datasets
package import Environments
import Foundation
import Policies

/// An episode with all its rows, on its way from the rank that ran it to the dataset.
package struct RecordedEpisode {
    /// How the episode went.
    package let outcome: EpisodeOutcome
    /// The rows, without metadata.
    package let rows: D4RLRecording

    package init(outcome: EpisodeOutcome, rows: D4RLRecording) {
        self.outcome = outcome
        self.rows = rows
    }

    /// The length of the outcome's JSON as 64-bit integer, the JSON, then the rows.
    ///
    /// - Throws: `EncodingError` for a return that is not finite.
    func encoded() throws -> [UInt8] {
        let json = try JSONEncoder().encode(outcome)
        return withUnsafeBytes(of: json.count) { Array($0) } + json + rows.rowBytes
    }

    /// Takes an encoded episode apart into its outcome and the bytes of its rows.
    static func decode(_ bytes: [UInt8]) throws -> (outcome: EpisodeOutcome, rowBytes: [UInt8]) {
        let length = bytes.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
        let (json, rows) = (bytes[8..<8 + length], bytes[(8 + length)...])
        return (try JSONDecoder().decode(EpisodeOutcome.self, from: Data(json)), Array(rows))
    }
}

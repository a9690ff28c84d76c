package import Datasets
import HDF5

/// Makes a dataset of the rows of others, as D4RL's medium-expert datasets consist of a medium and an expert one.
package enum DatasetJoin {
    /// Writes the rows of `files`, one file after another, to `output`: of each but the last the rows up to its last finished
    /// trajectory, as the next row would count as the next state of a row in the middle of one.
    ///
    /// - Throws: `DatasetError` for a file that is not a recording of ours, or has other arrays than the first;
    ///   an output that cannot be written.
    package static func join(_ files: [String], to output: String, metadata: [String: MetadataValue]) throws {
        var joined: D4RLRecording?
        var starts: [Int] = []
        for (index, file) in files.enumerated() {
            var recording = try D4RLRecording(readingFrom: file)
            if index < files.count - 1 { recording.keepFinishedTrajectories() }
            starts.append(joined?.count ?? 0)
            if (joined?.count ?? 0) == 0 { joined = recording } else { try joined?.append(recording, from: file) }
        }
        guard var joined else { return }
        joined.metadata = metadata
        joined.metadata["part_starts"] = .array(.init(shape: [starts.count], elements: starts.map { Float($0) }))
        try D4RLWriter.write(joined, to: output)
    }
}

extension D4RLRecording {
    /// Removes the rows after the last one that ends a trajectory.
    fileprivate mutating func keepFinishedTrajectories() {
        let last = (0..<count).last { terminals[$0] || timeouts[$0] }
        keepFirst(last.map { $0 + 1 } ?? 0)
    }
}

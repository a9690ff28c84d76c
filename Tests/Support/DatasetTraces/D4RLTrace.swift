import Datasets
import HDF5

/// The transitions of a recording of ours by D4RL's own loading rule, made by Tests/Peers/d4rl_traces.py.
package struct D4RLTrace {
    /// The name of the recording's file.
    private let recording: String
    private let columns: TraceColumns

    /// Reads the trace at `path`.
    package init(_ path: String) throws {
        let file = try HDF5File(readingFrom: path)
        guard case .text(let name)? = try file.attribute("recording") else {
            throw HDF5Error(file: path, reason: .missing)
        }
        recording = name
        columns = try TraceColumns(
            ["observations", "next_observations", "actions", "rewards", "terminals"], from: file)
    }

    /// The columns in which our transitions of the recording in `folder` differ: one line for each; empty if all agree.
    package func differences(in folder: String) throws -> [String] {
        let file = try StoredDataset.read(path: folder + "/" + recording, layout: .d4rl)
        let table = try file.transitions(maximumSteps: .max)
        let ours: [String: [Double]] = [
            "observations": numbers(table.observations), "next_observations": numbers(table.nextObservations),
            "actions": numbers(table.actions), "rewards": numbers(table.rewards),
            "terminals": numbers(table.terminals),
        ]
        return columns.differences(from: ours, of: recording)
    }
}

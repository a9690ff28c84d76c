package import Datasets
import HDF5

/// A Minari dataset as the minari package reads it, recorded by Tests/Peers/minari_traces.py.
package struct MinariTrace {
    /// The identifier of the dataset.
    package let id: MinariID
    /// The columns of all steps in the order of minari's episodes.
    private let columns: TraceColumns

    /// Reads the trace at `path`.
    package init(_ path: String) throws {
        let file = try HDF5File(readingFrom: path)
        guard case .text(let text)? = try file.attribute("dataset"), let id = MinariID(text) else {
            throw HDF5Error(file: path, reason: .missing)
        }
        self.id = id
        columns = try TraceColumns(
            ["observations", "next_observations", "actions", "rewards", "terminations", "truncations"], from: file)
    }

    /// The columns in which our reading of the dataset in `root` differs from minari's, rounded to single precision:
    /// one line for each; empty if all agree.
    package func differences(in root: String) throws -> [String] {
        let file = try MinariFile(MinariFolder.find(id, in: root))
        let table = try file.transitions()
        let ours: [String: [Double]] = [
            "observations": numbers(table.observations), "next_observations": numbers(table.nextObservations),
            "actions": numbers(table.actions), "rewards": numbers(table.rewards),
            "terminations": numbers(table.terminals), "truncations": file.truncations.map { Double($0) },
        ]
        return columns.differences(from: ours, of: "\(id)")
    }
}

import HDF5
import Numerics

/// The extents that a D4RL file declares, checked against one another; nothing is read.
public struct D4RLShapes: Sendable {
    /// N, the number of steps.
    public let rows: Int
    /// S and A, the lengths of an observation and of an action.
    public let stateSize, actionSize: Int
    let hasTimeouts, hasNext: Bool
    /// The bytes that loading takes at its peak: the arrays, the largest of them once more as it is stored, metadata, and
    /// the transitions made of them.
    public let memory: Int

    /// The extents of the file at `path`.
    ///
    /// - Throws: `DatasetError`, as loading the file would.
    public init(path: String) throws(DatasetError) {
        let file = try wordingErrors { () throws(HDF5Error) in try HDF5File(readingFrom: path) }
        try self.init(D4RLReader(file: file))
        try checkMemory(path)
    }

    init(_ reader: D4RLReader) throws(DatasetError) {
        (rows, stateSize) = try reader.rowsAndColumns("observations", rows: nil)
        (_, actionSize) = try reader.rowsAndColumns("actions", rows: rows)
        var fields = ["observations", "actions", "rewards", "terminals"]
        for name in fields.dropFirst(2) { try reader.checkVector(name, rows: rows) }
        hasTimeouts = try reader.contains("timeouts")
        if hasTimeouts { try reader.checkVector("timeouts", rows: rows) }
        hasNext = try reader.contains("next_observations")
        if hasNext { try reader.checkColumns("next_observations", rows: rows, columns: stateSize) }
        if hasTimeouts { fields.append("timeouts") }
        var largest = 0
        for name in fields { largest = max(largest, try reader.storedBytes(name)) }
        if hasNext { largest = max(largest, try reader.storedBytes("next_observations")) }
        let arrays = rows * (4 * ((hasNext ? 2 : 1) * stateSize + actionSize + 1) + 2)
        let transitions = Transitions.blockSize(count: rows, stateSize: stateSize, actionSize: actionSize)
        memory = arrays + largest + transitions * MemoryLayout<Real>.stride + (1 << 27)
    }

    /// Refuses a file that takes more memory than there is, before anything is allocated.
    func checkMemory(_ path: String) throws(DatasetError) {
        guard let available = availableMemory(), memory > available else { return }
        throw DatasetError(
            file: path, expected: "a dataset that loads within the \(available >> 20) MiB of memory there are here",
            found: "declared sizes that take \(memory >> 20) MiB",
            hint: "a small file that declares so much is damaged or made to harm")
    }
}

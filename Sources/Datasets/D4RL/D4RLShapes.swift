import HDF5
import Numerics

/// The extents that a D4RL file declares, checked for consistency before any values are read.
struct D4RLShapes: Sendable {
    /// N, the number of steps.
    let rows: Int
    /// S and A, the lengths of an observation and of an action.
    let stateSize, actionSize: Int
    let hasTimeouts: Bool
    /// The peak memory of loading in bytes: the arrays, the buffers for reading one, metadata, and the transitions made of
    /// them.
    let memory: Int

    /// Reads the extents of an open file.
    ///
    /// - Throws: `DatasetError` if they contradict one another, or if loading takes more memory than this machine has.
    init(_ reader: D4RLReader) throws(DatasetError) {
        (rows, stateSize) = try reader.rowsAndColumns("observations", rows: nil)
        (_, actionSize) = try reader.rowsAndColumns("actions", rows: rows)
        var fields = ["observations", "actions", "rewards", "terminals"]
        for name in fields.dropFirst(2) { try reader.checkVector(name, rows: rows) }
        hasTimeouts = try reader.file.hasField("timeouts")
        if hasTimeouts { try reader.checkVector("timeouts", rows: rows) }
        if hasTimeouts { fields.append("timeouts") }
        var largest = 0
        for name in fields { largest = max(largest, try reader.readingBytes(name)) }
        let next = reader.readingBytesOfNext(rows: rows, columns: stateSize)
        largest = max(largest, next ?? 0)
        let arrays = rows * (4 * ((next == nil ? 1 : 2) * stateSize + actionSize + 1) + 2)
        let transitions = Transitions.blockSize(count: rows, stateSize: stateSize, actionSize: actionSize)
        memory = arrays + largest + transitions * MemoryLayout<Real>.stride + (1 << 27)
        try checkMemory(memory, reader.file.path)
    }
}

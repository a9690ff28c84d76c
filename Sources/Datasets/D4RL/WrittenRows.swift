import HDF5

/// Detects rows that were apparently never written, although storage for them exists.
///
/// A recorder that first makes its arrays and then dies leaves rows that read as the fill value. Real data may look the
/// same: rewards may all be 0, a robot may be at rest. Rows count as unwritten only if
/// - at least `shortest` consecutive rows have observations and actions equal to the fill values, or
/// - the last `shortest` or more rows have such observations and the row before them does not,
/// and if no whole chunk among them was allocated by being written.
///
/// If only actions or only rewards end in fill values, `Ending` decides.
struct WrittenRows {
    static let shortest = 10

    /// The elements of one field, and its storage.
    struct Field {
        let elements: [Float]
        let columns: Int
        let storage: HDF5Storage

        func isFill(row: Int) -> Bool {
            let fill = storage.fillValue
            return elements.withUnsafeBufferPointer { elements in
                var i = row * columns
                let end = i + columns
                while i < end, elements[i] == fill { i += 1 }
                return i == end
            }
        }

        /// Returns whether a chunk within `rows` exists because it was written.
        func isWritten(_ rows: Range<Int>, of count: Int) -> Bool {
            guard let chunk = storage.rowsOfWrittenChunks, chunk > 0 else { return false }
            let first = (rows.lowerBound + chunk - 1) / chunk * chunk
            return first < rows.upperBound && min(first + chunk, count) <= rows.upperBound
        }
    }

    /// The state of a field's last rows if only these are fill values.
    enum Ending: Equatable {
        case unwritten(Range<Int>)
        /// They may be data or not: a robot may be at rest at the end of the last episode.
        case unclear(Range<Int>)
    }

    /// Observations [N or more, S] and actions [N, A].
    let observations, actions: Field

    private var count: Int { actions.elements.count / actions.columns }

    /// Returns how a field of N rows ends; nil if it ends in data, if earlier rows are fill values too, or if its last
    /// chunk was allocated by being written.
    ///
    /// Unwritten rows do not end where an episode does. So the rows count as unwritten if an episode ends among them, or if
    /// their storage was allocated before anything was written.
    func ending(of field: Field, episodeEndsIn: (Range<Int>) -> Bool) -> Ending? {
        guard field.storage.rowsOfWrittenChunks == nil else { return nil }
        var first = count
        while first > 0, field.isFill(row: first - 1) { first -= 1 }
        let rows = first..<count
        guard rows.count >= Self.shortest, first > 0, !(0..<first).contains(where: { field.isFill(row: $0) }) else {
            return nil
        }
        return field.storage.isAllocatedEarly || episodeEndsIn(first..<count - 1) ? .unwritten(rows) : .unclear(rows)
    }

    /// Returns the first run of rows that were apparently never written; nil if there is none.
    func firstUnwritten() -> Range<Int>? {
        let count = count
        var row = 0
        while row < count {
            let first = row
            while row < count, observations.isFill(row: row), actions.isFill(row: row) { row += 1 }
            row += 1
            guard row - 1 - first >= Self.shortest else { continue }
            let rows = first..<row - 1
            let isWritten = observations.isWritten(rows, of: count) || actions.isWritten(rows, of: count)
            if !isWritten { return rows }
        }
        return unwrittenEnd()
    }

    /// Returns the last rows if their observations alone are the fill value.
    private func unwrittenEnd() -> Range<Int>? {
        var first = count
        while first > 0, observations.isFill(row: first - 1) { first -= 1 }
        let rows = first..<count
        return first > 0 && rows.count >= Self.shortest && !observations.isWritten(rows, of: count) ? rows : nil
    }
}

extension WrittenRows {
    static let hint = "if the recorder stopped early, keep the rows that it wrote, or record again"

    /// Refuses observations and actions, fields of these names, with rows that were apparently never written.
    func check(_ observationsName: String, _ actionsName: String, file: String) throws(DatasetError) {
        func refusal(_ name: String, _ found: String) -> DatasetError {
            DatasetError(file: file, field: name, expected: "data in every row", found: found, hint: Self.hint)
        }
        for (name, field) in [(observationsName, observations), (actionsName, actions)] {
            if field.isNeverWritten { throw refusal(name, HDF5Storage.neverWritten) }
        }
        if let unwritten = firstUnwritten() {
            throw refusal(
                observationsName,
                "rows \(unwritten.lowerBound) to \(unwritten.upperBound - 1) that hold nothing but the fill value "
                    + "\(observations.storage.fillValue), as rows do that were never written")
        }
    }
}

extension WrittenRows.Field {
    /// Whether the storage was allocated in advance and all elements are the fill value.
    var isNeverWritten: Bool {
        let fill = storage.fillValue
        return storage.isAllocatedEarly && elements.allSatisfy { $0 == fill }
    }

    /// Describes the last rows for a message.
    fileprivate func words(ofEnd rows: Range<Int>) -> String {
        "rows \(rows.lowerBound) to \(rows.upperBound - 1) that hold nothing but the fill value \(storage.fillValue) and "
            + "no earlier row that does"
    }
}

extension HDF5Storage {
    static let neverWritten = "storage that was allocated but never written"
}

/// Refuses a D4RL file with rows that were apparently never written.
///
/// - Parameter episodeEndsIn: returns whether an episode ends in one of the given rows.
/// - Returns: notes on rows for which this cannot be decided, one sentence each.
func checkWritten(
    _ reader: D4RLReader, observations: [Float], stateSize: Int, actions: [Float], actionSize: Int, rewards: [Float],
    episodeEndsIn: (Range<Int>) -> Bool
) throws(DatasetError) -> [String] {
    let rows = WrittenRows(
        observations: .init(elements: observations, columns: stateSize, storage: try reader.storage("observations")),
        actions: .init(elements: actions, columns: actionSize, storage: try reader.storage("actions")))
    try rows.check("observations", "actions", file: reader.file.path)
    let rewards = WrittenRows.Field(elements: rewards, columns: 1, storage: try reader.storage("rewards"))
    if rewards.isNeverWritten {
        throw reader.refusal("rewards", "data in every row", HDF5Storage.neverWritten, WrittenRows.hint)
    }
    var notes: [String] = []
    for (name, field) in [("actions", rows.actions), ("rewards", rewards)] {
        switch rows.ending(of: field, episodeEndsIn: episodeEndsIn) {
        case nil: continue
        case .unwritten(let end)?:
            throw reader.refusal(
                name, "data in every row", "\(field.words(ofEnd: end)), as if they were never written", WrittenRows.hint
            )
        case .unclear(let end)?:
            notes.append("field '\(name)' has \(field.words(ofEnd: end)): data, or rows that were never written")
        }
    }
    return notes
}

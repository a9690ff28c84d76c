import HDF5

/// Rows in which a recorder seems to have written nothing, though there is storage for them.
///
/// A recorder that makes its arrays first and dies leaves rows that read as the fill value. So may rows of data: a reward
/// may always be 0, a robot may rest, a first try may be all zeros. Rows count as unwritten only where
/// - at least `shortest` of them in a row have observations and actions that are exactly the fill values, or
/// - the last `shortest` or more have such observations while the row before them has not,
/// and never where one of these arrays has a whole chunk among them that was allocated when it was written.
///
/// Actions or rewards alone that end in fill values are told from data by `Ending`.
struct WrittenRows {
    static let shortest = 10

    /// The elements of one field, and how they are stored.
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

        /// Whether a chunk within `rows` is there because somebody has written it.
        func isWritten(_ rows: Range<Int>, of count: Int) -> Bool {
            guard let chunk = storage.rowsOfWrittenChunks, chunk > 0 else { return false }
            let first = (rows.lowerBound + chunk - 1) / chunk * chunk
            return first < rows.upperBound && min(first + chunk, count) <= rows.upperBound
        }
    }

    /// What the last rows of a field, which alone are fill values, are.
    enum Ending: Equatable {
        case unwritten(Range<Int>)
        /// A robot may rest, a reward may end, in the last episode: the storage does not tell.
        case unclear(Range<Int>)
    }

    /// [N or more, S], [N, A].
    let observations, actions: Field

    private var count: Int { actions.elements.count / actions.columns }

    /// How a field of N rows ends; nil where it ends in data, where earlier rows are fill values, too, and where its last
    /// chunk is there because somebody has written it.
    ///
    /// Rows that nobody wrote know nothing of episodes: they are unwritten where an episode ends amid them, and where their
    /// storage was allocated before anything was written.
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

    /// The first stretch of rows that nobody seems to have written; nil where there is none.
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

    /// The last rows, where observations alone are the fill value.
    private func unwrittenEnd() -> Range<Int>? {
        var first = count
        while first > 0, observations.isFill(row: first - 1) { first -= 1 }
        let rows = first..<count
        return first > 0 && rows.count >= Self.shortest && !observations.isWritten(rows, of: count) ? rows : nil
    }
}

extension WrittenRows {
    static let hint = "if the recorder stopped early, keep the rows that it wrote, or record again"

    /// Refuses observations and actions, fields of these names, of which rows hold nothing, as far as can be told.
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
    /// Whether storage was allocated in advance and holds the fill value throughout.
    var isNeverWritten: Bool {
        let fill = storage.fillValue
        return storage.isAllocatedEarly && elements.allSatisfy { $0 == fill }
    }

    /// The last rows as a sentence shows them.
    fileprivate func words(ofEnd rows: Range<Int>) -> String {
        "rows \(rows.lowerBound) to \(rows.upperBound - 1) that hold nothing but the fill value \(storage.fillValue) and "
            + "no earlier row that does"
    }
}

extension HDF5Storage {
    static let neverWritten = "storage that was allocated but never written"
}

/// Refuses a file of D4RL's of which rows hold nothing, as far as can be told.
///
/// - Parameter episodeEndsIn: whether an episode ends in one of these rows.
/// - Returns: what is to be said of rows of which it cannot be told, a sentence each.
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

import HDF5

/// Rows in which a recorder seems to have written nothing, though there is storage for them.
///
/// A recorder that makes its arrays first and dies leaves rows that read as the fill value. So may rows of data: a reward
/// may always be 0, a robot may rest, a first try may be all zeros. Rows count as unwritten only where
/// - at least `shortest` of them in a row have observations and actions that are exactly the fill values, or
/// - the last `shortest` or more have such observations while the row before them has not, or
/// - the last `shortest` or more have such actions, or such a reward, while none of at least as many earlier rows has, or
/// - storage was allocated in advance and observations, or actions, are the fill value throughout,
/// and never where one of these arrays has a whole chunk among them that was allocated when it was written.
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

    let observations, actions, rewards: Field

    private var count: Int { observations.elements.count / observations.columns }

    /// The last rows of a field, where they alone are the fill value; nil where there are few, or earlier ones are, too.
    func unwrittenEnd(of field: Field) -> Range<Int>? {
        var first = count
        while first > 0, field.isFill(row: first - 1) { first -= 1 }
        let rows = first..<count
        guard rows.count >= Self.shortest, first >= rows.count || first >= 10 * Self.shortest,
            !(0..<first).contains(where: { field.isFill(row: $0) }), !field.isWritten(rows, of: count)
        else { return nil }
        return rows
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

/// Refuses a file of which rows hold nothing, as far as can be told.
func checkWritten(
    _ reader: D4RLReader, observations: [Float], stateSize: Int, actions: [Float], actionSize: Int, rewards: [Float]
) throws(DatasetError) {
    let rows = WrittenRows(
        observations: .init(elements: observations, columns: stateSize, storage: try reader.storage("observations")),
        actions: .init(elements: actions, columns: actionSize, storage: try reader.storage("actions")),
        rewards: .init(elements: rewards, columns: 1, storage: try reader.storage("rewards")))
    let hint = "if the recorder stopped early, keep the rows that it wrote, or record again"
    for (name, field) in [("observations", rows.observations), ("actions", rows.actions)] {
        let fill = field.storage.fillValue
        guard field.storage.isAllocatedEarly, field.elements.allSatisfy({ $0 == fill }) else { continue }
        throw reader.refusal(name, "data in every row", "storage that was allocated but never written", hint)
    }
    if let unwritten = rows.firstUnwritten() {
        throw reader.refusal(
            "observations", "data in every row",
            "rows \(unwritten.lowerBound) to \(unwritten.upperBound - 1) that hold nothing but the fill value "
                + "\(rows.observations.storage.fillValue), as rows do that were never written", hint)
    }
    for (name, field) in [("actions", rows.actions), ("rewards", rows.rewards)] {
        guard let end = rows.unwrittenEnd(of: field) else { continue }
        throw reader.refusal(
            name, "data in every row",
            "rows \(end.lowerBound) to \(end.upperBound - 1) that hold nothing but the fill value \(field.storage.fillValue) "
                + "and no earlier row that does, as if they were never written", hint)
    }
}

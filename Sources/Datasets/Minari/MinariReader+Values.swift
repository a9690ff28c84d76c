import HDF5

// Reading the values of episodes whose shapes have been checked.
extension MinariReader {
    /// Reads the values of all episodes.
    func steps(_ shape: Shape) throws(DatasetError) -> Steps {
        var steps: Steps = ([], [], [], [], [])
        let rows = shape.steps + shape.lengths.count
        let (bytes, isBeyondReach) = rows.multipliedReportingOverflow(by: 4 * shape.stateSize)
        guard !isBeyondReach, bytes <= file.arrayLimit else {
            throw refusal(
                "observations", "at most \(file.arrayLimit) bytes", "\(rows) rows of \(shape.stateSize) numbers")
        }
        steps.observations.reserveCapacity(rows * shape.stateSize)
        steps.actions.reserveCapacity(shape.steps * shape.actionSize)
        for (number, length) in shape.lengths.enumerated() {
            let group = "episode_\(number)/"
            let observed = try observations(number, length + 1, shape)
            steps.observations += observed
            let actions = try file.numbersField(group + "actions", columns: shape.actionSize)
            try checkActionRange(actions, columns: shape.actionSize, file: file.path, field: group + "actions")
            try checkWritten(number, observed, actions, shape)
            steps.actions += actions
            steps.rewards += try file.numbersField(group + "rewards", columns: 1)
            steps.terminations += try file.flagsField(group + "terminations")
            steps.truncations += try file.flagsField(group + "truncations")
        }
        return steps
    }

    /// Refuses an episode with rows that were apparently never written. It is not enough that only rewards or only actions
    /// end in fill values: they often do after an episode's goal is reached.
    private func checkWritten(
        _ number: Int, _ observations: [Float], _ actions: [Float], _ shape: Shape
    ) throws(DatasetError) {
        // As there may be very many episodes, storage is checked only where observations do not change.
        guard longestStandstill(of: observations, columns: shape.stateSize) >= WrittenRows.shortest else { return }
        let (place, actionsName) = (fields(number, shape.observationNames)[0], "episode_\(number)/actions")
        func storage(_ name: String) throws(DatasetError) -> HDF5Storage {
            try wordingErrors { () throws(HDF5Error) in try file.storage(name) }
        }
        let rows = WrittenRows(
            observations: .init(elements: observations, columns: shape.stateSize, storage: try storage(place)),
            actions: .init(elements: actions, columns: shape.actionSize, storage: try storage(actionsName)))
        try rows.check(place, actionsName, file: file.path)
    }

    /// Returns observations [rows, S]: the arrays of an observation side by side.
    private func observations(_ number: Int, _ rows: Int, _ shape: Shape) throws(DatasetError) -> [Float] {
        let names = fields(number, shape.observationNames)
        guard names.count > 1 else { return try file.numbersField(names[0], columns: shape.stateSize) }
        var parts: [(elements: [Float], columns: Int)] = []
        for name in names {
            let elements = try file.numbersField(name, columns: 1)
            parts.append((elements, elements.count / rows))
        }
        var joined: [Float] = []
        joined.reserveCapacity(rows * shape.stateSize)
        for row in 0..<rows {
            for part in parts { joined += part.elements[row * part.columns..<(row + 1) * part.columns] }
        }
        return joined
    }
}

/// Returns the length of the longest run of equal rows.
private func longestStandstill(of elements: [Float], columns: Int) -> Int {
    guard columns > 0, elements.count >= columns else { return 0 }
    return elements.withUnsafeBufferPointer { elements in
        var (longest, length) = (1, 1)
        for row in stride(from: columns, to: elements.count, by: columns) {
            var k = 0
            while k < columns, elements[row + k] == elements[row + k - columns] { k += 1 }
            length = k == columns ? length + 1 : 1
            longest = max(longest, length)
        }
        return longest
    }
}

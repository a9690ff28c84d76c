import HDF5

// Reading a recording with all its arrays, to make another one of it.
extension D4RLRecording {
    /// Reads the file at `path`, which has the arrays of a recording of ours; the metadata are left out.
    ///
    /// - Throws: `DatasetError` for a file that `D4RLFile` refuses, and for one without `timeouts`.
    package init(readingFrom path: String) throws(DatasetError) {
        let checked = try D4RLFile(path: path)
        guard let timeouts = checked.timeouts else {
            throw DatasetError(file: path, field: "timeouts", expected: "one flag a row", found: "no such field")
        }
        let file = try wordingErrors { () throws(HDF5Error) in try HDF5File(readingFrom: path) }
        func optional(_ name: String) throws(DatasetError) -> [Float] {
            guard try file.hasField(name) else { return [] }
            let values = try file.numbersField(name, columns: 1)
            guard values.count % checked.count == 0 else {
                throw DatasetError(
                    file: path, field: name, expected: "\(checked.count) rows as in 'observations'",
                    found: "\(values.count) numbers")
            }
            return values
        }
        let (positions, velocities) = (try optional("infos/qpos"), try optional("infos/qvel"))
        self.init(
            stateSize: checked.stateSize, actionSize: checked.actionSize, positionSize: positions.count / checked.count,
            velocitySize: velocities.count / checked.count)
        observations = checked.observations
        actions = checked.actions
        rewards = checked.rewards
        terminals = checked.terminals.map { $0 == 1 }
        self.timeouts = timeouts.map { $0 == 1 }
        self.positions = positions
        self.velocities = velocities
        nextObservations = try optional("next_observations")
        actionLogProbabilities = try optional("infos/action_log_probs")
        goals = try optional("infos/goal")
    }

    /// Appends the rows of another recording, which was read from `path`.
    ///
    /// - Throws: `DatasetError` if it has other arrays, or arrays of other widths.
    package mutating func append(_ other: D4RLRecording, from path: String) throws(DatasetError) {
        for field in Self.numberFields {
            let (mine, theirs) = (self[keyPath: field.path].count, other[keyPath: field.path].count)
            guard mine / max(1, count) == theirs / max(1, other.count) else {
                throw DatasetError(
                    file: path, field: field.name, expected: "rows of \(mine / max(1, count))",
                    found: "rows of \(theirs / max(1, other.count))")
            }
        }
        for field in Self.numberFields { self[keyPath: field.path] += other[keyPath: field.path] }
        terminals += other.terminals
        timeouts += other.timeouts
    }
}

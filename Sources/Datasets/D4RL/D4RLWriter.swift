import HDF5

/// Writes D4RL's layout: single precision, h5py booleans, gzip in chunks of rows. The same recording gives the same
/// bytes.
package enum D4RLWriter {
    /// Writes `recording` to `path` atomically.
    ///
    /// - Throws: `DatasetError` for a recording that `D4RLFile` would refuse, or a file that cannot be written.
    package static func write(_ recording: D4RLRecording, to path: String) throws(DatasetError) {
        let fields = numberFields(of: recording)
        for field in fields { try check(field, rows: recording.count, file: path) }
        try checkActionRange(recording.actions, columns: recording.actionSize, file: path)
        try checkLength("terminals", recording.terminals.count, rows: recording.count, file: path)
        try checkLength("timeouts", recording.timeouts.count, rows: recording.count, file: path)
        do {
            try HDF5Writer.write(to: path) { file in
                for field in fields { try file.write(field.elements, shape: field.shape, to: field.name) }
                try file.write(recording.terminals, shape: [recording.count], to: "terminals")
                try file.write(recording.timeouts, shape: [recording.count], to: "timeouts")
                for (name, value) in recording.metadata.sorted(by: { $0.key < $1.key }) {
                    try file.write(value, to: "metadata/" + name)
                }
            }
        } catch let error as HDF5Error {
            throw DatasetError(
                file: path, field: error.object, expected: "a file that can be written", found: "\(error.reason)",
                isSystemFailure: true)
        } catch {
            throw DatasetError(
                file: path, expected: "a file that can be written", found: "\(error)", isSystemFailure: true)
        }
    }

    private struct Field {
        let name: String
        let elements: [Float]
        let shape: [Int]
        var columns: Int { shape.count == 1 ? 1 : max(1, shape[1]) }
    }

    /// The numeric fields in the order in which they are written; those not recorded are left out.
    private static func numberFields(of recording: D4RLRecording) -> [Field] {
        D4RLRecording.numberFields.compactMap { field in
            let elements = recording[keyPath: field.path]
            if field.isOptional && elements.isEmpty { return nil }
            let columns = field.columns.map { [recording[keyPath: $0]] } ?? []
            return Field(name: field.name, elements: elements, shape: [recording.count] + columns)
        }
    }

    private static func check(_ field: Field, rows: Int, file: String) throws(DatasetError) {
        let expected = field.shape.reduce(1, *)
        guard rows >= 2, field.elements.count == expected else {
            throw DatasetError(
                file: file, field: field.name, expected: "\(max(2, rows)) rows of \(field.columns)",
                found: "\(field.elements.count) numbers")
        }
        try checkFinite(field.elements, field.name, columns: field.columns, file: file)
    }

    private static func checkLength(_ name: String, _ found: Int, rows: Int, file: String) throws(DatasetError) {
        guard found == rows else {
            throw DatasetError(file: file, field: name, expected: "\(rows) rows as in 'rewards'", found: "\(found)")
        }
    }
}

import HDF5

/// Reads the fields of a D4RL file; its errors say precisely what is wrong with a field.
struct D4RLReader {
    let file: HDF5File

    private func describe(_ name: String) throws(DatasetError) -> HDF5Description {
        try wordingErrors { () throws(HDF5Error) in try file.describe(name) }
    }

    // MARK: Shapes

    /// Returns the shape of a two-dimensional field with `rows` rows, those of `observations` (nil for `observations` itself).
    func rowsAndColumns(_ name: String, rows: Int?) throws(DatasetError) -> (Int, Int) {
        let shape = try describe(name).shape
        guard shape.count == 2 else { throw refusal(name, "two dimensions", "the shape \(shape)") }
        guard shape[1] > 0 else { throw refusal(name, "at least one column", "the shape \(shape)") }
        try checkRows(name, shape[0], rows)
        return (shape[0], shape[1])
    }

    /// Checks the shape of a two-dimensional field.
    func checkColumns(_ name: String, rows: Int, columns: Int) throws(DatasetError) {
        let (_, found) = try rowsAndColumns(name, rows: rows)
        guard found == columns else { throw refusal(name, "\(columns) columns as in 'observations'", "\(found)") }
    }

    /// Checks the shape of a field with one number per step: [N], or [N, 1] as in some older files.
    func checkVector(_ name: String, rows: Int) throws(DatasetError) {
        let shape = try describe(name).shape
        guard shape.count == 1 || (shape.count == 2 && shape[1] == 1) else {
            throw refusal(name, "one dimension", "the shape \(shape)")
        }
        try checkRows(name, shape[0], rows)
    }

    private func checkRows(_ name: String, _ found: Int, _ rows: Int?) throws(DatasetError) {
        if let rows {
            guard found == rows else { throw refusal(name, "\(rows) rows as in 'observations'", "\(found)") }
        } else {
            // At least two, as a transition needs a successor; at most 2³¹ − 1, as a batch has 32-bit indices.
            guard (2...Int(Int32.max)).contains(found) else {
                throw refusal(name, "between 2 and \(Int32.max) rows", "\(found)")
            }
        }
    }

    // MARK: Values

    /// Returns the values of `next_observations`, which may be non-finite, or a note if they cannot be read. No learner uses
    /// them, so no defect in them refuses the file.
    func nextObservations(rows: Int, columns: Int) -> (values: [Float]?, note: String?) {
        do throws(DatasetError) {
            guard try file.hasField(Self.next) else { return (nil, nil) }
            try checkColumns(Self.next, rows: rows, columns: columns)
            return (try wordingErrors { () throws(HDF5Error) in try file.float32(Self.next).elements }, nil)
        } catch {
            return (
                nil,
                "field '\(Self.next)', which training does not use, is left out: expected \(error.expected), "
                    + "found \(error.found)"
            )
        }
    }

    /// The memory in bytes that reading `next_observations` takes in addition to the array; nil if it cannot be read.
    func readingBytesOfNext(rows: Int, columns: Int) -> Int? {
        do throws(DatasetError) {
            guard try file.hasField(Self.next) else { return nil }
            try checkColumns(Self.next, rows: rows, columns: columns)
            return try readingBytes(Self.next)
        } catch {
            return nil
        }
    }

    private static let next = "next_observations"

    /// Returns the actions, which must be finite and within the range of D4RL's environments.
    func actions(columns: Int) throws(DatasetError) -> [Float] {
        let elements = try file.numbersField("actions", columns: columns)
        try checkActionRange(elements, columns: columns, file: file.path)
        return elements
    }

    /// Returns a note on a field of flags that was not completely written; nil if it was.
    func gapNote(_ name: String) throws(DatasetError) -> String? {
        let gaps = try wordingErrors { () throws(HDF5Error) in try file.gaps(in: name) }
        guard let gaps else { return nil }
        let isTrue = try wordingErrors { () throws(HDF5Error) in try file.isTrueByDefault(name) }
        return "field '\(name)': \(gaps); missing values count as \(isTrue), the fill value"
    }

    /// Returns the peak memory in bytes that reading a field takes in addition to the array.
    func readingBytes(_ name: String) throws(DatasetError) -> Int {
        try wordingErrors { () throws(HDF5Error) in try file.readingBytes(name) }
    }

    /// Returns how a field is stored.
    func storage(_ name: String) throws(DatasetError) -> HDF5Storage {
        try wordingErrors { () throws(HDF5Error) in try file.storage(name) }
    }

    func refusal(_ name: String, _ expected: String, _ found: String, _ hint: String? = nil) -> DatasetError {
        DatasetError(file: file.path, field: name, expected: expected, found: found, hint: hint)
    }
}

/// Refuses infinities and NaN.
func checkFinite(_ elements: [Float], _ name: String, columns: Int, file: String) throws(DatasetError) {
    guard !largestMagnitude(of: elements).isFinite else { return }
    let i = elements.firstIndex { !$0.isFinite } ?? 0
    throw DatasetError(
        file: file, field: name, expected: "finite numbers", found: "\(shown(elements[i])) in row \(i / columns)",
        hint: "the file is damaged, or a diverged run wrote it")
}

/// Refuses actions beyond ±1, with a tolerance for the rounding of a tanh.
func checkActionRange(
    _ elements: [Float], columns: Int, file: String, field: String = "actions"
) throws(DatasetError) {
    let bound: Float = 1 + 1e-6
    guard largestMagnitude(of: elements) > bound else { return }
    let i = elements.firstIndex { abs($0) > bound } ?? 0
    throw DatasetError(
        file: file, field: field, expected: "values between -1 and 1",
        found: "\(shown(elements[i])) in row \(i / columns)", hint: "scale the actions to the range of the environment")
}

/// Formats a number for a message: "nan" for any NaN.
private func shown(_ number: Float) -> String { number.isNaN ? "nan" : "\(number)" }

/// Returns the largest |x|; NaN or infinity if an element is that.
///
/// Without the sign bit, IEEE numbers are ordered as their bit patterns, and NaNs are above infinity. So this is a maximum
/// of integers, which the compiler vectorises; it does not vectorise comparisons of numbers that may be NaN.
func largestMagnitude(of elements: [Float]) -> Float {
    elements.withUnsafeBufferPointer { elements in
        var largest: UInt32 = 0
        for element in elements { largest = max(largest, element.bitPattern & 0x7FFF_FFFF) }
        return Float(bitPattern: largest)
    }
}

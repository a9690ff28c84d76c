import HDF5
import Numerics

/// The columns of a table as another program has read them, and the comparison with ours.
struct TraceColumns {
    private let columns: [(name: String, values: HDF5Array<Double>)]

    /// Reads the columns called `names`.
    init(_ names: [String], from file: HDF5File) throws {
        columns = try names.map { ($0, try file.float64($0)) }
    }

    /// The columns in which `ours` differ, rounded to single precision: one line for each, which names `subject`.
    func differences(from ours: [String: [Double]], of subject: String) -> [String] {
        columns.compactMap { name, values in
            let expected = values.elements.map { Double(Float($0)) }
            guard let found = ours[name], found != expected else { return nil }
            let row = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            return "\(subject), \(name): \(found.count) numbers, expected \(expected.count); "
                + "the first that differs is number \(row.map { "\($0)" } ?? "past the end")"
        }
    }
}

/// The elements of a matrix, row-major.
func numbers(_ view: MatrixView) -> [Double] { (0..<view.count).map { Double(view.pointer[$0]) } }

import Failures
import Foundation
import Storage

/// The columns of a CSV file that this program has written, without quoted fields: `curve.csv`, `timing.csv`.
struct CSVColumns {
    private let path: String
    private let heads: [Substring]
    private let rows: [[Substring]]

    /// Reads a file.
    ///
    /// - Throws: `HarnessError` when it is not there or a row has another number of fields than the heading.
    init(_ path: String) throws {
        guard let data = try FileCalls.current.contents(of: path) else {
            throw HarnessError.badInput("\(path): no such file")
        }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        self.path = path
        heads = lines.first ?? []
        rows = Array(lines.dropFirst())
        if let row = rows.first(where: { $0.count != heads.count }) {
            throw HarnessError.badInput("\(path): expected \(heads.count) fields a row, found \(row.count)")
        }
    }

    /// The fields of the column `name`, row by row.
    ///
    /// - Throws: `HarnessError.badInput` when there is no such column.
    func texts(_ name: String) throws -> [Substring] {
        guard let index = heads.firstIndex(of: name[...]) else {
            throw HarnessError.badInput("\(path): expected a column '\(name)', found \(heads.joined(separator: ", "))")
        }
        return rows.map { $0[index] }
    }

    /// The numbers of the column `name`, row by row.
    ///
    /// - Throws: `HarnessError.badInput` when there is no such column, or a field is not a number.
    func numbers(_ name: String) throws -> [Double] {
        try texts(name).map { field in
            guard let number = Double(field) else {
                throw HarnessError.badInput("\(path): expected numbers in the column '\(name)', found '\(field)'")
            }
            return number
        }
    }
}

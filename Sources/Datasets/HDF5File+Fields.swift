import HDF5

// Reading that both layouts share, with dataset errors.
extension HDF5File {
    /// Returns whether there is a field of this name.
    func hasField(_ name: String) throws(DatasetError) -> Bool {
        try wordingErrors { () throws(HDF5Error) in try contains(name) }
    }

    /// Reads a field of finite numbers.
    func numbersField(_ name: String, columns: Int) throws(DatasetError) -> [Float] {
        let elements = try wordingErrors { () throws(HDF5Error) in try float32(name).elements }
        do {
            try checkFinite(elements, name, columns: columns, file: path)
        } catch {
            let fill = try wordingErrors { () throws(HDF5Error) in try storage(name).fillValue }
            guard fill.isNaN, let row = elements.firstIndex(where: \.isNaN) else { throw error }
            throw DatasetError(
                file: path, field: name, expected: "data in every row",
                found: "row \(row / columns) with NaN, the fill value: it was never written",
                hint: "the recorder stopped early: keep the rows that it wrote, or record again")
        }
        return elements
    }

    /// Reads a field of flags, each 0 or 1.
    func flagsField(_ name: String) throws(DatasetError) -> [UInt8] {
        try wordingErrors { () throws(HDF5Error) in try flags(name).elements }
    }
}

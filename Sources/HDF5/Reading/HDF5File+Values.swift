import CHDF5
import Paths

extension HDF5File {
    /// Reads a small dataset as a value: text, integer, number, or an array of single-precision numbers.
    ///
    /// - Returns: nil for a type that `HDF5Value` cannot express.
    package func value(_ name: String) throws(HDF5Error) -> HDF5Value? {
        let description = try describe(name)
        let isScalar = description.shape.isEmpty
        switch description.element {
        case .floating: return isScalar ? .number(try float64(name).elements[0]) : .array(try float32(name))
        case .integer, .boolean, .bitfield, .enumeration:
            guard isScalar else { return .array(try exactIntegers(name)) }
            return try scalar(name)
        case .text:
            guard isScalar else { return nil }
            let dataset = try openDataset(name)
            try checkStorage(dataset, name)
            guard let type = Handle(H5Dget_type(dataset.id)) else {
                throw .library("H5Dget_type", file: path, object: name)
            }
            let id = dataset.id
            return .text(
                try text(type, of: name) { H5Dread(id, $0, ab_H5S_ALL(), ab_H5S_ALL(), ab_H5P_DEFAULT(), $1) })
        case .other:
            return nil
        }
    }

    /// Reads the number of a scalar dataset; an integer beyond 64 signed bits becomes the nearest `Double`.
    private func scalar(_ name: String) throws(HDF5Error) -> HDF5Value {
        if case .integer = try describe(name).element, let number = Int(exactly: try int64(name).elements[0]),
            number < .max
        {
            return .integer(number)
        }
        let number = Double(try float32(name).elements[0])
        return Int(exactly: number).map { .integer($0) } ?? .number(number)
    }

    /// Reads integers that single precision represents exactly; throws `value` for others.
    private func exactIntegers(_ name: String) throws(HDF5Error) -> HDF5Array<Float> {
        let array = try float32(name)
        if let i = array.elements.firstIndex(where: { abs($0) > 16_777_216 }) {
            let row = i / max(1, array.elements.count / max(1, array.shape[0]))
            throw failure(name, .value(expected: "integers within ±2^24", found: "\(array.elements[i])", row: row))
        }
        return array
    }

    /// Reads the scalar attribute `name` of `object` ("/" for the file itself).
    ///
    /// - Returns: nil if there is none of this name.
    /// - Throws: `HDF5Error` with the reason `wrongType` for one that is neither text nor a single number (which may be
    ///   the one element of an array, as h5py writes a numpy array of one).
    package func attribute(_ name: String, of object: String = "/") throws(HDF5Error) -> HDF5Value? {
        let owner = try open(object)
        let place = "\(object)@\(name)"
        let exists = H5Aexists(owner.id, name)
        guard exists >= 0 else { throw .library("H5Aexists", file: path, object: place) }
        guard exists > 0 else { return nil }
        guard let attribute = Handle(H5Aopen(owner.id, name, ab_H5P_DEFAULT())),
            let type = Handle(H5Aget_type(attribute.id)), let space = Handle(H5Aget_space(attribute.id))
        else { throw .library("H5Aopen", file: path, object: place) }
        let element = element(of: type.id)
        let count = H5Sget_simple_extent_npoints(space.id)
        guard count == 1 else {
            let found = count == 0 ? "no value" : "\(count) elements of the type \(element)"
            throw failure(place, .wrongType(expected: "text or one number", found: found))
        }
        let id = attribute.id
        switch element {
        case .floating:
            var number = 0.0
            guard H5Aread(id, ab_H5T_NATIVE_DOUBLE(), &number) >= 0 else { break }
            return .number(number)
        case .integer, .boolean, .enumeration:
            var number: Int64 = 0
            guard H5Aread(id, ab_H5T_NATIVE_INT64(), &number) >= 0 else { break }
            return .integer(Int(number))
        case .text:
            return .text(try text(type, of: place) { H5Aread(id, $0, $1) })
        case .bitfield, .other:
            throw failure(place, .wrongType(expected: "text or one number", found: "\(element)"))
        }
        throw .library("H5Aread", file: path, object: place)
    }

    /// Returns the names of the attributes of `object` ("/" for the file itself), in alphabetical order.
    package func attributeNames(of object: String = "/") throws(HDF5Error) -> [String] {
        let owner = try open(object)
        let count = H5Aget_num_attrs(owner.id)
        guard count >= 0 else { throw .library("H5Aget_num_attrs", file: path, object: object) }
        var names: [String] = []
        for i in 0..<hsize_t(count) {
            let name = readText { buffer, size in
                H5Aget_name_by_idx(owner.id, ".", H5_INDEX_NAME, H5_ITER_INC, i, buffer, size, ab_H5P_DEFAULT())
            }
            guard let name else { throw .library("H5Aget_name_by_idx", file: path, object: object) }
            names.append(name)
        }
        return names
    }

    /// Reads one string, of fixed or variable length; bytes that are not UTF-8 are replaced by U+FFFD.
    private func text(
        _ type: borrowing Handle, of name: String, read: (hid_t, UnsafeMutableRawPointer) -> herr_t
    ) throws(HDF5Error) -> String {
        guard let space = Handle(H5Screate(H5S_SCALAR)) else { throw .library("H5Screate", file: path, object: name) }
        if H5Tis_variable_str(type.id) > 0 {
            var characters: UnsafeMutablePointer<CChar>?
            guard read(type.id, &characters) >= 0 else { throw .library("H5Dread", file: path, object: name) }
            let text = characters.map { String(cString: $0) } ?? ""
            ab_reclaim(type.id, space.id, &characters)
            return text
        }
        var bytes = [UInt8](repeating: 0, count: H5Tget_size(type.id))
        guard read(type.id, &bytes) >= 0 else { throw .library("H5Dread", file: path, object: name) }
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

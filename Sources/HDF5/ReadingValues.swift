import CHDF5

extension HDF5File {
    /// A small dataset as a value: text, integer, number, or an array of single-precision numbers.
    ///
    /// - Returns: nil for a type that `HDF5Value` cannot express.
    public func value(_ name: String) throws(HDF5Error) -> HDF5Value? {
        let description = try describe(name)
        let isScalar = description.shape.isEmpty
        switch description.element {
        case .floating:
            return isScalar ? .number(try float64(name).elements[0]) : .array(try float32(name))
        case .integer:
            return isScalar ? .integer(Int(try int64(name).elements[0])) : nil
        case .boolean:
            return isScalar ? .integer(Int(try flags(name).elements[0])) : nil
        case .text:
            guard isScalar else { return nil }
            let dataset = try openDataset(name)
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

    /// The scalar attribute `name` of `object` ("/" for the file itself).
    ///
    /// - Returns: nil when there is none of this name, or one that is neither text nor a single number (which may be the
    ///   one element of an array, as h5py writes a numpy array of one).
    public func attribute(_ name: String, of object: String = "/") throws(HDF5Error) -> HDF5Value? {
        let owner = try open(object)
        guard H5Aexists(owner.id, name) > 0 else { return nil }
        guard let attribute = Handle(H5Aopen(owner.id, name, ab_H5P_DEFAULT())),
            let type = Handle(H5Aget_type(attribute.id)), let space = Handle(H5Aget_space(attribute.id))
        else { throw .library("H5Aopen", file: path, object: "\(object)@\(name)") }
        guard H5Sget_simple_extent_npoints(space.id) == 1 else { return nil }
        let id = attribute.id
        switch element(of: type.id) {
        case .floating:
            var number = 0.0
            guard H5Aread(id, ab_H5T_NATIVE_DOUBLE(), &number) >= 0 else { break }
            return .number(number)
        case .integer:
            var number: Int64 = 0
            guard H5Aread(id, ab_H5T_NATIVE_INT64(), &number) >= 0 else { break }
            return .integer(Int(number))
        case .text:
            return .text(try text(type, of: "\(object)@\(name)") { H5Aread(id, $0, $1) })
        case .boolean, .other:
            return nil
        }
        throw .library("H5Aread", file: path, object: "\(object)@\(name)")
    }

    /// One string, of fixed or variable length; bytes that are not UTF-8 are replaced by U+FFFD.
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

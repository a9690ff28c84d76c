import CHDF5
import Glibc

extension HDF5File {
    /// Element type and shape of a dataset, nothing read.
    ///
    /// - Throws: `HDF5Error`: the object is missing, refused, declared but never written, or larger than the limit.
    public func describe(_ name: String) throws(HDF5Error) -> HDF5Description {
        try describe(openDataset(name), name)
    }

    /// A dataset of floating-point numbers of any width as single precision.
    ///
    /// - Throws: `HDF5Error`; another element type is `wrongType`, damaged data are `library`.
    public func float32(_ name: String) throws(HDF5Error) -> HDF5Array<Float> {
        try read(name, expecting: "floating-point numbers", as: ab_H5T_NATIVE_FLOAT()) { $0.isFloating }
    }

    /// A dataset of floating-point numbers of any width as double precision; throws like `float32`.
    public func float64(_ name: String) throws(HDF5Error) -> HDF5Array<Double> {
        try read(name, expecting: "floating-point numbers", as: ab_H5T_NATIVE_DOUBLE()) { $0.isFloating }
    }

    /// A dataset of integers of any width; unsigned numbers beyond 2⁶³ − 1 become 2⁶³ − 1. Throws like `float32`.
    public func int64(_ name: String) throws(HDF5Error) -> HDF5Array<Int64> {
        try read(name, expecting: "integers", as: ab_H5T_NATIVE_INT64()) { $0.isInteger }
    }

    /// A dataset of truth values, one byte each: h5py's booleans, or integers of 8 bits. The bytes are not checked
    /// to be 0 or 1. Throws like `float32`.
    public func flags(_ name: String) throws(HDF5Error) -> HDF5Array<UInt8> {
        let dataset = try openDataset(name)
        let description = try describe(dataset, name)
        switch description.element {
        case .boolean, .integer(8, _): break
        default:
            let expected = "booleans or 8-bit integers"
            throw failure(name, .wrongType(expected: expected, found: "\(description.element)"))
        }
        // Bytes as they are: the stored type serves as the type in memory, so nothing is converted.
        guard let type = Handle(H5Dget_type(dataset.id)) else {
            throw .library("H5Dget_type", file: path, object: name)
        }
        return try read(dataset, name, description, as: type.id)
    }

    private func read<Element: BitwiseCopyable>(
        _ name: String, expecting expected: String, as type: hid_t, where accepts: (HDF5Element) -> Bool
    ) throws(HDF5Error) -> HDF5Array<Element> {
        let dataset = try openDataset(name)
        let description = try describe(dataset, name)
        guard accepts(description.element) else {
            throw failure(name, .wrongType(expected: expected, found: "\(description.element)"))
        }
        return try read(dataset, name, description, as: type)
    }

    private func read<Element: BitwiseCopyable>(
        _ dataset: borrowing Handle, _ name: String, _ description: HDF5Description, as type: hid_t
    ) throws(HDF5Error) -> HDF5Array<Element> {
        let count = description.count
        guard count > 0 else { return HDF5Array(shape: description.shape, elements: []) }
        guard count <= arrayLimit / MemoryLayout<Element>.stride else {
            throw failure(name, .tooLarge(shape: description.shape.map(UInt64.init), limit: arrayLimit))
        }
        let id = dataset.id
        var status: herr_t = 0
        let elements = [Element](unsafeUninitializedCapacity: count) { buffer, initialised in
            status = H5Dread(id, type, ab_H5S_ALL(), ab_H5S_ALL(), ab_H5P_DEFAULT(), buffer.baseAddress)
            initialised = status >= 0 ? count : 0
        }
        guard status >= 0 else { throw .library("H5Dread", file: path, object: name) }
        return HDF5Array(shape: description.shape, elements: elements)
    }

    func describe(_ dataset: borrowing Handle, _ name: String) throws(HDF5Error) -> HDF5Description {
        guard let type = Handle(H5Dget_type(dataset.id)), let space = Handle(H5Dget_space(dataset.id)) else {
            throw .library("H5Dget_type", file: path, object: name)
        }
        guard H5Sget_simple_extent_type(space.id) != H5S_NULL else {
            throw failure(name, .refused(found: "a dataset without a value"))
        }
        let rank = H5Sget_simple_extent_ndims(space.id)
        guard rank >= 0 else { throw .library("H5Sget_simple_extent_ndims", file: path, object: name) }
        var shape = [hsize_t](repeating: 0, count: Int(rank))
        guard H5Sget_simple_extent_dims(space.id, &shape, nil) >= 0 else {
            throw .library("H5Sget_simple_extent_dims", file: path, object: name)
        }
        try checkSize(shape, elementSize: H5Tget_size(type.id), name)
        let description = HDF5Description(element: element(of: type.id), shape: shape.map { Int($0) })
        guard description.count == 0 || H5Dget_storage_size(dataset.id) > 0 else {
            throw failure(name, .refused(found: "a dataset of shape \(description.shape) that was never written"))
        }
        if description.count > 0 { try checkChunks(dataset, space, elementSize: H5Tget_size(type.id), name) }
        return description
    }

    /// A few bytes can declare any size: it is checked, without overflow, before anything is allocated.
    ///
    /// - Returns: the size in bytes, of one element at least.
    @discardableResult
    func checkSize(_ shape: [hsize_t], elementSize: Int, _ name: String) throws(HDF5Error) -> UInt64 {
        var bytes = UInt64(elementSize)
        for extent in [1] + shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: max(1, extent))
            guard !overflow, product <= UInt64(arrayLimit) else {
                throw failure(name, .tooLarge(shape: shape, limit: arrayLimit))
            }
            bytes = product
        }
        return bytes
    }
}

extension HDF5Element {
    fileprivate var isFloating: Bool { if case .floating = self { true } else { false } }
    fileprivate var isInteger: Bool { if case .integer = self { true } else { false } }
}

/// What an HDF5 type is to Swift.
func element(of type: hid_t) -> HDF5Element {
    let bits = H5Tget_size(type) * 8
    switch H5Tget_class(type) {
    case H5T_FLOAT: return isIEEE(type, bits: bits) ? .floating(bits: bits) : .other("floating-point not of IEEE 754")
    case H5T_INTEGER: return .integer(bits: bits, signed: H5Tget_sign(type) != H5T_SGN_NONE)
    case H5T_ENUM: return isBoolean(type) ? .boolean : .other("enumeration")
    case H5T_STRING: return .text
    case H5T_COMPOUND: return .other("compound")
    case H5T_REFERENCE: return .other("reference")
    case H5T_VLEN: return .other("variable-length sequence")
    case H5T_ARRAY: return .other("array")
    default: return .other("opaque")
    }
}

/// Whether numbers have the layout of IEEE 754; the library would read any other one that a damaged file describes.
private func isIEEE(_ type: hid_t, bits: Int) -> Bool {
    let layouts = [16: (exponent: 5, mantissa: 10), 32: (8, 23), 64: (11, 52)]
    guard let (exponent, mantissa) = layouts[bits] else { return false }
    var fields = [Int](repeating: 0, count: 5)  // places and lengths: sign, exponent, exponent, mantissa, mantissa
    let isRead = fields.withUnsafeMutableBufferPointer { f in
        H5Tget_fields(type, &f[0], &f[1], &f[2], &f[3], &f[4]) >= 0
    }
    return isRead && fields == [bits - 1, mantissa, exponent, 0, mantissa]
        && H5Tget_ebias(type) == 1 << (exponent - 1) - 1 && H5Tget_norm(type) == H5T_NORM_IMPLIED
        && H5Tget_precision(type) == bits && H5Tget_offset(type) == 0
}

/// Whether an enumeration is h5py's boolean.
private func isBoolean(_ type: hid_t) -> Bool {
    var no: UInt8 = 255
    var yes: UInt8 = 255
    return H5Tget_size(type) == 1 && H5Tget_nmembers(type) == 2
        && H5Tenum_valueof(type, "FALSE", &no) >= 0 && H5Tenum_valueof(type, "TRUE", &yes) >= 0 && no == 0 && yes == 1
}

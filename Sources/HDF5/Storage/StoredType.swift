import CHDF5
import CKernels

/// The type of an array's elements in the file.
struct StoredType {
    /// The element type.
    let element: HDF5Element
    /// The size of an element in bytes.
    let bytes: Int
    /// The layout of a number in its bytes; nil for types that are not numeric or cannot be read.
    let layout: ab_stored?

    /// Describes the type `type` of the library.
    init(_ type: hid_t) {
        bytes = H5Tget_size(type)
        element = HDF5.element(of: type)
        switch element {
        case .floating: layout = floatLayout(type)
        case .integer, .bitfield: layout = integerLayout(type)
        case .boolean, .enumeration:
            guard let base = Handle(H5Tget_super(type)) else {
                layout = nil
                return
            }
            layout = integerLayout(base.id)
        case .text, .other: layout = nil
        }
    }

    /// Whether an element is a `Float` in native byte order.
    var isFloat: Bool {
        guard let layout, element == .floating(bits: 32) else { return false }
        return layout.bytes == 4 && layout.exponent_bits == 8 && layout.mantissa_bits == 23
            && (layout.big_endian == 0) == (1 == 1.littleEndian)
    }
}

/// Returns the element type of an HDF5 type.
func element(of type: hid_t) -> HDF5Element {
    let bits = H5Tget_size(type) * 8
    switch H5Tget_class(type) {
    case H5T_FLOAT:
        return floatLayout(type) == nil ? .other("floating-point not of IEEE 754") : .floating(bits: bits)
    case H5T_INTEGER:
        guard integerLayout(type) != nil else { return .other("integer of \(bits) bits") }
        return .integer(bits: bits, signed: H5Tget_sign(type) != H5T_SGN_NONE)
    case H5T_BITFIELD: return integerLayout(type) == nil ? .other("bitfield of \(bits) bits") : .bitfield(bits: bits)
    case H5T_ENUM: return isBoolean(type) ? .boolean : .enumeration(bits: bits)
    case H5T_STRING: return .text
    case H5T_COMPOUND: return .other("compound")
    case H5T_REFERENCE: return .other("reference")
    case H5T_VLEN: return .other("variable-length sequence")
    case H5T_ARRAY: return .other("array")
    default: return .other("opaque")
    }
}

/// Returns the layout of a float type if it is one of IEEE 754's half, single, double and quadruple precision, bfloat16,
/// or x87's 80 bits. A damaged file may describe any other.
private func floatLayout(_ type: hid_t) -> ab_stored? {
    var fields = [Int](repeating: 0, count: 5)  // places and lengths: sign, exponent, exponent, mantissa, mantissa
    let isRead = fields.withUnsafeMutableBufferPointer { f in
        H5Tget_fields(type, &f[0], &f[1], &f[2], &f[3], &f[4]) >= 0
    }
    let (exponent, mantissa) = (fields[2], fields[4])
    let bytes = H5Tget_size(type)
    let known = [
        2: [(5, 10), (8, 7)], 4: [(8, 23)], 8: [(11, 52)], 10: [(15, 64)], 12: [(15, 64)], 16: [(15, 112), (15, 64)],
    ]
    guard isRead, known[bytes]?.contains(where: { $0 == (exponent, mantissa) }) == true,
        fields == [mantissa + exponent, mantissa, exponent, 0, mantissa], H5Tget_offset(type) == 0,
        H5Tget_precision(type) == 1 + exponent + mantissa, H5Tget_ebias(type) == 1 << (exponent - 1) - 1,
        let order = isBigEndian(type)
    else { return nil }
    let hasLeadingBit = mantissa == 64
    guard H5Tget_norm(type) == (hasLeadingBit ? H5T_NORM_NONE : H5T_NORM_IMPLIED) else { return nil }
    return ab_stored(
        bytes: bytes, big_endian: order ? 1 : 0, is_float: 1, first_bit: 0, bits: 0, is_signed: 0,
        exponent_bits: UInt32(exponent), mantissa_bits: UInt32(mantissa), has_leading_bit: hasLeadingBit ? 1 : 0)
}

/// Returns the layout of an integer or bitfield of at most 64 bits, at any offset in its bytes.
private func integerLayout(_ type: hid_t) -> ab_stored? {
    let (bytes, bits) = (H5Tget_size(type), H5Tget_precision(type))
    let first = Int(H5Tget_offset(type))
    guard (1...16).contains(bytes), (1...64).contains(bits), first >= 0, first + bits <= 8 * bytes,
        let order = isBigEndian(type)
    else { return nil }
    let isSigned = H5Tget_class(type) == H5T_INTEGER && H5Tget_sign(type) == H5T_SGN_2
    return ab_stored(
        bytes: bytes, big_endian: order ? 1 : 0, is_float: 0, first_bit: UInt32(first), bits: UInt32(bits),
        is_signed: isSigned ? 1 : 0, exponent_bits: 0, mantissa_bits: 0, has_leading_bit: 0)
}

/// Returns whether the byte order is big-endian; nil for VAX order.
private func isBigEndian(_ type: hid_t) -> Bool? {
    switch H5Tget_order(type) {
    case H5T_ORDER_LE, H5T_ORDER_NONE: false
    case H5T_ORDER_BE: true
    default: nil
    }
}

/// Returns whether an enumeration is h5py's boolean.
private func isBoolean(_ type: hid_t) -> Bool {
    var no: UInt8 = 255
    var yes: UInt8 = 255
    return H5Tget_size(type) == 1 && H5Tget_nmembers(type) == 2
        && H5Tenum_valueof(type, "FALSE", &no) >= 0 && H5Tenum_valueof(type, "TRUE", &yes) >= 0 && no == 0 && yes == 1
}

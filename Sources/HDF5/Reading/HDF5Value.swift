/// The type of an array's elements as it is stored in the file.
package enum HDF5Element: Equatable, Sendable, CustomStringConvertible {
    case floating(bits: Int)
    case integer(bits: Int, signed: Bool)
    /// h5py's boolean: an enumeration {FALSE = 0, TRUE = 1} of one byte.
    case boolean
    /// Any other enumeration, with the width of its integers.
    case enumeration(bits: Int)
    case bitfield(bits: Int)
    case text
    /// Any other type, by HDF5's name for its class.
    case other(String)

    /// "float32", "uint8", "boolean", …
    package var description: String {
        switch self {
        case .floating(let bits): "float\(bits)"
        case .integer(let bits, let signed): signed ? "int\(bits)" : "uint\(bits)"
        case .boolean: "boolean"
        case .enumeration(let bits): "enumeration of \(bits) bits"
        case .bitfield(let bits): "bitfield of \(bits) bits"
        case .text: "text"
        case .other(let name): name
        }
    }
}

/// Element type and shape of a stored array; the shape is empty for a scalar.
package struct HDF5Description: Equatable, Sendable {
    /// The type as stored.
    package let element: HDF5Element
    /// The extents, outermost first.
    package let shape: [Int]

    /// Element type and shape.
    package init(element: HDF5Element, shape: [Int]) {
        self.element = element
        self.shape = shape
    }

    /// The number of elements.
    package var count: Int { shape.reduce(1, *) }
}

/// An array read from a file: `elements` in row-major order.
package struct HDF5Array<Element: Equatable & Sendable>: Equatable, Sendable {
    /// The extents, outermost first.
    package let shape: [Int]
    /// The elements, row-major.
    package let elements: [Element]

    /// Traps unless the number of elements is that of the shape.
    package init(shape: [Int], elements: [Element]) {
        precondition(shape.reduce(1, *) == elements.count, "shape \(shape) of \(elements.count) elements")
        self.shape = shape
        self.elements = elements
    }
}

/// A small value, for metadata and attributes.
package enum HDF5Value: Equatable, Sendable, CustomStringConvertible {
    case text(String)
    case integer(Int)
    case number(Double)
    case array(HDF5Array<Float>)

    /// The value as text for error messages.
    package var description: String {
        switch self {
        case .text(let text): "'\(text)'"
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .array(let array): "an array of the shape \(array.shape)"
        }
    }
}

import CHDF5
import CKernels
import Glibc

extension HDF5File {
    /// Returns element type and shape of a dataset without reading its elements.
    ///
    /// - Throws: `HDF5Error` if the object is missing or refused, or declares more than the limit.
    package func describe(_ name: String) throws(HDF5Error) -> HDF5Description {
        try describe(openDataset(name), name)
    }

    /// Reads a dataset of numbers of any type as single precision, each rounded once.
    ///
    /// Numbers are integers, bitfields and enumerations of at most 64 bits, and floating-point numbers of at most 128, in
    /// either byte order.
    ///
    /// - Throws: `HDF5Error`; another element type is `wrongType`, a finite number beyond single precision is `value`, rows
    ///   without data are `unwritten`, damaged data are `library` or `damaged`.
    package func float32(_ name: String) throws(HDF5Error) -> HDF5Array<Float> {
        let numbers = try openNumbers(name, expecting: "numbers")
        if numbers.description.count > 0 { try checkStorage(numbers.handle, name) }
        if numbers.stored.isFloat { return try read(numbers.handle, name, numbers.description, as: numbers.type.id) }
        return try convert(numbers, name, expecting: "numbers within single precision, at most 3.4e38") {
            ab_stored_to_float($0, $1, $2, $3)
        }
    }

    /// Reads a dataset of flags as bytes, 0 or 1, from numbers of any type that are 0 or 1 (or 255 in unsigned bytes).
    /// Elements that were never written are allowed here and read as the fill value: a recorder may write only set flags.
    ///
    /// - Throws: the errors of `float32`; any other number is `value`.
    package func flags(_ name: String) throws(HDF5Error) -> HDF5Array<UInt8> {
        let numbers = try openNumbers(name, expecting: "flags (numbers that are 0 or 1)")
        if numbers.description.count > 0 { try checkStorage(numbers.handle, name, allowingGaps: true) }
        return try convert(numbers, name, expecting: "0 or 1 in every row") {
            ab_stored_to_flags($0, $1, $2, $3)
        }
    }

    /// Reads a dataset of floating-point numbers of any width as double precision; throws the errors of `float32`.
    package func float64(_ name: String) throws(HDF5Error) -> HDF5Array<Double> {
        try read(name, expecting: "floating-point numbers", as: ab_H5T_NATIVE_DOUBLE()) { $0.isFloating }
    }

    /// Reads a dataset of integers of any width; unsigned numbers beyond 2⁶³ − 1 become 2⁶³ − 1. Throws like `float32`.
    package func int64(_ name: String) throws(HDF5Error) -> HDF5Array<Int64> {
        try read(name, expecting: "integers", as: ab_H5T_NATIVE_INT64()) { $0.isInteger }
    }

    // MARK: Into memory

    /// An opened dataset and the type of its elements in the file.
    private struct OpenNumbers: ~Copyable {
        let handle: Handle
        let type: Handle
        let description: HDF5Description
        let stored: StoredType
    }

    private func openNumbers(_ name: String, expecting expected: String) throws(HDF5Error) -> OpenNumbers {
        let dataset = try openDataset(name)
        let description = try describe(dataset, name)
        guard let type = Handle(H5Dget_type(dataset.id)) else {
            throw .library("H5Dget_type", file: path, object: name)
        }
        let stored = StoredType(type.id)
        guard stored.layout != nil else {
            throw failure(name, .wrongType(expected: expected, found: "\(description.element)"))
        }
        return OpenNumbers(handle: dataset, type: type, description: description, stored: stored)
    }

    private func read<Element: BitwiseCopyable>(
        _ name: String, expecting expected: String, as type: hid_t, where accepts: (HDF5Element) -> Bool
    ) throws(HDF5Error) -> HDF5Array<Element> {
        let dataset = try openDataset(name)
        let description = try describe(dataset, name)
        guard accepts(description.element) else {
            throw failure(name, .wrongType(expected: expected, found: "\(description.element)"))
        }
        if description.count > 0 { try checkStorage(dataset, name) }
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
        guard let stored = Handle(H5Dget_type(dataset.id)) else {
            throw .library("H5Dget_type", file: path, object: name)
        }
        // Conversion is done in the array, or in a separate buffer if the file's elements are larger.
        guard H5Tget_size(stored.id) > MemoryLayout<Element>.stride else {
            return HDF5Array(
                shape: description.shape,
                elements: try filled(count) { buffer throws(HDF5Error) in
                    try read(dataset, name, as: type, into: buffer)
                })
        }
        guard let room = malloc(count * H5Tget_size(stored.id)) else {
            throw failure(name, .tooLarge(shape: description.shape.map(UInt64.init), limit: arrayLimit))
        }
        defer { free(room) }
        try read(dataset, name, as: type, into: room)
        let elements = UnsafeRawBufferPointer(start: room, count: count * MemoryLayout<Element>.stride)
        return HDF5Array(shape: description.shape, elements: Array(elements.bindMemory(to: Element.self)))
    }

    /// Reads numbers in the file's type, then converts them by `take`, which returns the index of the first number that it
    /// cannot convert, or their count.
    private func convert<Element: BitwiseCopyable>(
        _ dataset: borrowing OpenNumbers, _ name: String, expecting expected: String,
        _ take: (UnsafeRawPointer, ab_stored, UnsafeMutablePointer<Element>, Int) -> Int
    ) throws(HDF5Error) -> HDF5Array<Element> {
        let (shape, count) = (dataset.description.shape, dataset.description.count)
        guard count > 0, let layout = dataset.stored.layout else { return HDF5Array(shape: shape, elements: []) }
        guard count <= arrayLimit / MemoryLayout<Element>.stride,
            let stored = malloc(count * dataset.stored.bytes)
        else { throw failure(name, .tooLarge(shape: shape.map(UInt64.init), limit: arrayLimit)) }
        defer { free(stored) }
        adviseHugePages(stored, count * dataset.stored.bytes)
        // With the file's type as the memory type, the library converts nothing.
        try read(dataset.handle, name, as: dataset.type.id, into: stored)
        var taken = 0
        let elements = [Element](unsafeUninitializedCapacity: count) { buffer, initialised in
            if let elements = buffer.baseAddress { taken = take(stored, layout, elements, count) }
            initialised = taken
        }
        guard taken == count else {
            let row = shape.isEmpty ? 0 : taken / (count / shape[0])
            throw failure(
                name, .value(expected: expected, found: shown(ab_stored_value(stored, layout, taken)), row: row))
        }
        return HDF5Array(shape: shape, elements: elements)
    }
}

/// Makes an array of `count` elements that `body` writes into the given memory.
private func filled<Element: BitwiseCopyable>(
    _ count: Int, _ body: (UnsafeMutableRawPointer) throws(HDF5Error) -> Void
) throws(HDF5Error) -> [Element] {
    var failure: HDF5Error?
    let elements = [Element](unsafeUninitializedCapacity: count) { buffer, initialised in
        guard let start = buffer.baseAddress else { return }
        adviseHugePages(start, MemoryLayout<Element>.stride * count)
        do throws(HDF5Error) {
            try body(UnsafeMutableRawPointer(start))
            initialised = count
        } catch {
            failure = error
        }
    }
    if let failure { throw failure }
    return elements
}

/// Asks for huge pages for memory that is about to be filled: with small pages, page faults take more time than the reading.
/// It only affects speed, so a failure is ignored.
private func adviseHugePages(_ start: UnsafeMutableRawPointer, _ bytes: Int) {
    let page = 4096
    let first = (UInt(bitPattern: start) + UInt(page) - 1) / UInt(page) * UInt(page)
    guard bytes >= 8 << 20, let address = UnsafeMutableRawPointer(bitPattern: first) else { return }
    madvise(address, bytes - page, MADV_HUGEPAGE)
}

/// Formats a number for a message: whole numbers without a decimal point.
private func shown(_ number: Double) -> String { Int(exactly: number).map { "\($0)" } ?? "\(number)" }

extension HDF5Element {
    fileprivate var isFloating: Bool { if case .floating = self { true } else { false } }
    fileprivate var isInteger: Bool { if case .integer = self { true } else { false } }
}

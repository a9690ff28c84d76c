package import Failures
import Glibc

/// Why a file, or an object in it, was refused or could not be written.
package struct HDF5Error: ExitCoded, Equatable, Sendable, CustomStringConvertible {
    /// What went wrong.
    package enum Reason: Equatable, Sendable, CustomStringConvertible {
        /// A system call of this program or the library failed in `call` with this error number.
        case system(call: String, code: Int32)
        /// The path is not a regular file; `found` says what it is: "a folder".
        case notRegular(found: String)
        /// The file does not begin with HDF5's signature; `bytes` is its size.
        case notHDF5(bytes: Int)
        /// The file is of another format: "a Git LFS pointer, …".
        case foreign(format: String)
        /// The file is shorter than its own header says (both in bytes).
        case truncated(found: Int, expected: Int)
        /// There is no object of this name.
        case missing
        /// The object is not an array of this file: "a group", "a link into another file, …".
        case refused(found: String)
        /// Links, or the sources of a virtual dataset, do not lead to an array: "a soft link to '/gone', which is not there".
        case astray(found: String)
        /// The stored data are inconsistent, or do not decode to the declared size.
        case damaged(found: String)
        /// The array is stored in a way that this program cannot read; `hint` says what to do about it.
        case unsupported(found: String, hint: String?)
        /// There is no memory to decode a chunk of `bytes`.
        case noMemory(bytes: Int)
        /// The array's elements are of another type than requested.
        case wrongType(expected: String, found: String)
        /// The element at `row` of the first dimension cannot be represented.
        case value(expected: String, found: String, row: Int)
        /// Rows that must have data have none.
        case unwritten(found: String)
        /// A writer has left the file marked as open.
        case leftOpen
        /// The declared size exceeds the limit for one array (`limit` in bytes).
        case tooLarge(shape: [UInt64], limit: Int)
        /// The library failed in `call`; `text` has its reasons.
        case library(call: String, text: String)

        /// The error message without file and object.
        package var description: String {
            switch self {
            case .system(let call, let code): "\(call) failed: \(String(cString: strerror(code)))"
            case .notRegular(let found): "not a regular file but \(found)"
            case .notHDF5(let bytes): "not an HDF5 file (\(bytes) bytes)"
            case .foreign(let format): "not an HDF5 file but \(format)"
            case .truncated(let found, let expected): "truncated: expected \(expected) bytes, found \(found)"
            case .missing: "does not exist in the file"
            case .refused(let found): "expected a dataset stored in this file, found \(found)"
            case .astray(let found): "expected links that lead to a dataset, found \(found)"
            case .damaged(let found): "damaged: found \(found)"
            case .unsupported(let found, let hint): "not read here: \(found)" + (hint.map { "; \($0)" } ?? "")
            case .noMemory(let bytes): "expected memory for a chunk of \(bytes) bytes, found none left"
            case .wrongType(let expected, let found): "expected \(expected), found \(found)"
            case .value(let expected, let found, let row): "expected \(expected), found \(found) in row \(row)"
            case .unwritten(let found): "expected data in every row, found \(found)"
            case .leftOpen: "marked as open for writing by a program that died or still runs"
            case .tooLarge(let shape, let limit):
                "declares the shape \(shape), more than the \(limit) bytes allowed for one array"
            case .library(let call, let text): "HDF5's \(call) failed: \(text)"
            }
        }
    }

    /// The path of the file.
    package let file: String
    /// The name of the object in the file; nil if the error concerns the whole file.
    package let object: String?
    /// The reason of the error.
    package let reason: Reason

    /// Makes an error concerning `object` in `file`.
    package init(file: String, object: String? = nil, reason: Reason) {
        self.file = file
        self.object = object
        self.reason = reason
    }

    /// One sentence: where, and what.
    package var description: String { "\(object.map { "\(file): '\($0)'" } ?? file): \(reason)" }

    /// Makes the error of a system call that has just set `errno`.
    static func system(_ call: String, file: String) -> HDF5Error {
        HDF5Error(file: file, reason: .system(call: call, code: errno))
    }

    /// Makes the error of a library call from the library's reasons, so no other call may be made in between.
    static func library(_ call: String, file: String, object: String? = nil) -> HDF5Error {
        HDF5Error(file: file, object: object, reason: Reason(call: call, Library.reasons()))
    }

    // Errors of reading are converted to bad input by the reader.
    package var exitStatus: ExitStatus { .io }
}

extension HDF5Error.Reason {
    /// Makes the reason why the library failed in `call`.
    ///
    /// - `reasons`: the library's reasons, the most specific first.
    package init(call: String, _ reasons: [String]) {
        self =
            if let code = reasons.lazy.compactMap({ systemError(in: $0) }).first {
                .system(call: call, code: code)
            } else {
                // The outer frames repeat the inner ones: three of them are enough to find the cause.
                .library(
                    call: call,
                    text: reasons.isEmpty
                        ? "no reason given" : reasons.prefix(3).joined(separator: "; ").replacing("\n", with: " "))
            }
    }
}

/// Returns the system's error number in one of the library's reasons: "file read failed: time = …, filename = '…', file
/// descriptor = 3, errno = 5, error message = 'Input/output error', buf = …". It is searched from the end, as the file's
/// name before it may contain any text.
private func systemError(in reason: String) -> Int32? {
    let calls = ["file read failed", "file write failed", "unable to open file", "unable to fstat file"]
    guard calls.contains(where: { reason.hasPrefix($0) }), let mark = reason.ranges(of: "errno = ").last else {
        return nil
    }
    return Int32(reason[mark.upperBound...].prefix { $0.isASCII && $0.isNumber }).flatMap { $0 > 0 ? $0 : nil }
}

package import Failures
import Glibc
import HDF5

/// Why a dataset was refused or not written: one sentence that names the file, the field, what was expected, what was
/// found, and what to do about it.
package struct DatasetError: ExitCoded, CustomStringConvertible, Equatable, Sendable {
    /// Path or name of the file, or the origin of the data.
    package let file: String
    /// The field ("actions", "metadata/algorithm"); nil if the error concerns the whole file.
    package let field: String?
    /// What was expected.
    package let expected: String
    /// What was found.
    package let found: String
    /// What to do about it; nil when that is obvious.
    package let hint: String?
    /// Whether reading or writing failed (a broken disk, missing permissions), rather than the contents being refused.
    package let isSystemFailure: Bool

    /// The parts of the sentence.
    package init(
        file: String, field: String? = nil, expected: String, found: String, hint: String? = nil,
        isSystemFailure: Bool = false
    ) {
        self.file = file
        self.field = field
        self.expected = expected
        self.found = found
        self.hint = hint
        self.isSystemFailure = isSystemFailure
    }

    /// "FILE: field 'FIELD': expected …, found …; HINT".
    package var description: String {
        let place = field.map { "\(file): field '\($0)'" } ?? file
        return "\(place): expected \(expected), found \(found)" + (hint.map { "; \($0)" } ?? "")
    }

    package var exitStatus: ExitStatus { isSystemFailure ? .io : .badInput }
}

extension DatasetError {
    private static let downloadAgain = "the file is damaged: download or make it again"

    /// Makes the error of a system call on the file at `path` with the error number `code`. A missing file is bad input;
    /// any other code is a system failure.
    package init(_ path: String, field: String? = nil, code: Int32) {
        self.init(
            file: path, field: field, expected: "a readable file", found: String(cString: strerror(code)),
            isSystemFailure: code != ENOENT && code != ENOTDIR)
    }

    /// Makes the dataset error for an HDF5 error.
    init(_ error: HDF5Error) {
        if case .system(_, let code) = error.reason {
            self.init(error.file, field: error.object, code: code)
            return
        }
        let (expected, found, hint): (String, String, String?) =
            switch error.reason {
            case .system(_, let code): ("a readable file", String(cString: strerror(code)), nil)
            case .notRegular(let found): ("a readable file", found, nil)
            case .notHDF5(let bytes):
                (
                    "an HDF5 file", bytes == 0 ? "an empty file (0 bytes)" : "\(bytes) bytes of something else",
                    "download it again and check the address"
                )
            case .foreign(let format): ("an HDF5 file", format, nil)
            case .truncated(let found, let expected):
                ("\(expected) bytes", "\(found): the file is truncated", "download it again")
            case .missing:
                ("a field of this name", "none", "a D4RL file has " + D4RLFile.requiredFields.joined(separator: ", "))
            case .refused(let found): ("an array stored in this file", found, nil)
            case .astray(let found):
                ("links that lead to an array of this file", found, "write the array itself under this name")
            case .damaged(let found): ("undamaged data", found, Self.downloadAgain)
            case .unsupported(let found, let hint): ("data stored in a way that is read here", found, hint)
            case .noMemory(let bytes):
                (
                    "memory for a chunk of \(bytes) bytes", "none left",
                    "give the job more memory, or write the data in smaller chunks"
                )
            case .wrongType(let expected, let found): (expected, found, nil)
            case .value(let expected, let found, let row): (expected, "\(found) in row \(row)", nil)
            case .unwritten(let found):
                (
                    "data in every row", found,
                    "the recorder stopped early: keep the rows that it wrote, or record again"
                )
            case .leftOpen:
                (
                    "a file that its writer has closed", "one marked as open for writing",
                    "the program that wrote it died or still runs: after it has ended, "
                        + "`h5clear -s \(error.file)` (Debian's hdf5-tools) removes the mark"
                )
            case .tooLarge(let shape, let limit):
                ("an array of at most \(limit) bytes", "a declared shape of \(shape)", Self.downloadAgain)
            case .library(let call, let text) where text.contains("bad version number"):
                (
                    "a file in a format that HDF5 \(HDF5Library.version), the library in use, knows",
                    "\(call): \(text)",
                    "a newer library wrote it: update HDF5, or write it with h5py's libver=('earliest', 'v110')"
                )
            case .library(let call, let text): ("readable data", "\(call): \(text)", Self.downloadAgain)
            }
        self.init(file: error.file, field: error.object, expected: expected, found: found, hint: hint)
    }
}

/// Runs `body` and converts its HDF5 errors to dataset errors.
func wordingErrors<Result>(_ body: () throws(HDF5Error) -> Result) throws(DatasetError) -> Result {
    do {
        return try body()
    } catch {
        throw DatasetError(error)
    }
}

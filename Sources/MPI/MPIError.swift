import CMPI

/// A failed MPI call.
package struct MPIError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The routine that failed, such as "MPI_Isend".
    package let routine: String
    /// The code that it returned; its meaning depends on the library.
    package let code: Int
    /// The standard's class of the code (MPI_ERR_RANK, MPI_ERR_TRUNCATE, …).
    package let errorClass: Int
    /// The library's message for the code.
    package let text: String
    /// The calling rank in its communicator; nil if the rank is not known yet.
    package let rank: Int?

    /// One sentence: "MPI_Isend failed on rank 1: MPI_ERR_RANK: invalid rank (code 6, class 6)".
    package var description: String {
        let place = rank.map { " on rank \($0)" } ?? ""
        return "\(routine) failed\(place): \(text) (code \(code), class \(errorClass))"
    }
}

extension MPIError {
    /// Makes the error for the return code of `routine`.
    init(code: Int32, routine: String, rank: Int?) {
        var errorClass: Int32 = 0
        // These calls cannot fail for a code that a routine returned; if one does, the error has the code alone.
        if MPI_Error_class(code, &errorClass) != MPI_SUCCESS { errorClass = code }
        let text = libraryText(capacity: Int(MPI_MAX_ERROR_STRING)) { MPI_Error_string(code, $0, $1) }
        self.init(
            routine: routine, code: Int(code), errorClass: Int(errorClass), text: text ?? "unknown error", rank: rank)
    }
}

/// Throws the error behind `code` unless it is MPI_SUCCESS.
func check(_ code: Int32, _ routine: String, rank: Int?) throws {
    guard code == MPI_SUCCESS else { throw MPIError(code: code, routine: routine, rank: rank) }
}

/// Returns the text that an MPI routine writes into a buffer of `capacity` characters, on one line (MPICH's messages have
/// several); nil if the routine fails.
func libraryText(
    capacity: Int, _ routine: (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<Int32>) -> Int32
) -> String? {
    var length: Int32 = 0
    var status: Int32 = MPI_SUCCESS
    let text = String(unsafeUninitializedCapacity: capacity + 1) { buffer in
        buffer.withMemoryRebound(to: CChar.self) { status = routine($0.baseAddress!, &length) }
        return status == MPI_SUCCESS ? Int(length) : 0
    }
    guard status == MPI_SUCCESS else { return nil }
    return text.split(whereSeparator: \.isNewline).joined(separator: "; ")
}

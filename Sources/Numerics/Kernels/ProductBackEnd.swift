import COpenBLAS
import Failures
import Glibc

/// What computes the products of matrices and vectors, by `ACTIVE_BENCH_PRODUCTS`; the same in the whole process.
package enum ProductBackEnd: String, Sendable, CaseIterable {
    /// The kernels of `CKernels`: the same bits on every processor.
    case own
    /// A BLAS with C's interface: OpenBLAS, or a library loaded before it. The bits depend on it and on the processor.
    case blas

    private static let variable = "ACTIVE_BENCH_PRODUCTS"

    /// The back end of this process. By default our kernels, and BLAS in the build in double precision, which checks
    /// formulas.
    package static let current: ProductBackEnd = asked ?? (Real.self == Double.self ? .blas : .own)

    /// Refuses values of `ACTIVE_BENCH_PRODUCTS` and `ACTIVE_BENCH_VECTOR_BYTES` that mean nothing here.
    ///
    /// - Throws: `HarnessError.badInput`.
    package static func requireValidVariables() throws {
        if let value = value(of: variable), asked == nil {
            throw HarnessError.badInput(
                "\(variable): expected \(allCases.map(\.rawValue).joined(separator: " or ")), found '\(value)'")
        }
        let widthVariable = "ACTIVE_BENCH_VECTOR_BYTES"
        if let value = value(of: widthVariable), value != "\(vectorBytes)" {
            throw HarnessError.badInput(
                "\(widthVariable): expected a width of this processor's vectors, found '\(value)'")
        }
    }

    /// What computes, and on what the bits of its products depend: "own", or the file of the library and its kernels.
    package var description: String {
        switch self {
        case .own: "own"
        case .blas: "\(BLASLibrary.path), \(BLASLibrary.coreType)"
        }
    }

    /// `description`, with the width of the vectors, by which the bits of our kernels do not change.
    package var detail: String { self == .own ? "own, in vectors of \(vectorBytes) bytes" : description }

    private static var asked: ProductBackEnd? { value(of: variable).flatMap { ProductBackEnd(rawValue: $0) } }

    private static func value(of variable: String) -> String? { getenv(variable).map { String(cString: $0) } }
}

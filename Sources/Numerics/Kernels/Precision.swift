import Failures
import Glibc

/// The precision of the products of hidden layers. Everything else (parameters, gradients, moments, sums and all other
/// operations) is `Real` in any case.
package enum Precision: String, Sendable, CaseIterable {
    /// `Real`, as everything else.
    case full = "fp32"
    /// Factors rounded to bfloat16, sums in float32, by a matrix unit.
    case bfloat16 = "bf16"
    /// Factors as sums of two bfloat16. Of the four products of such sums the smallest is left out: nearly float32's
    /// digits.
    case bfloat16x3 = "bf16x3"

    /// The number of bfloat16 whose sum stands for a number; 0 in full precision.
    package var parts: Int {
        switch self {
        case .full: 0
        case .bfloat16: 1
        case .bfloat16x3: 2
        }
    }

    /// The reason why this process cannot compute in this precision, a clause "expected …, found …"; nil if it can.
    package var obstacle: String? { self == .full ? nil : MatrixUnit.selectionObstacle }

    /// The reason why full precision is the better choice for this process, a clause "expected …, found …"; nil if it
    /// is not, or if ACTIVE_BENCH_SLOW_PRECISION is 1.
    package var disadvantage: String? {
        guard self == .bfloat16x3, let unit = MatrixUnit.selected, unit != .amx,
            getenv("ACTIVE_BENCH_SLOW_PRECISION").map({ String(cString: $0) }) != "1"
        else { return nil }
        return "expected a processor with AMX, found \(unit.rawValue), on which fp32 is faster and more precise"
    }

    /// Whether this process can compute in this precision and gains by it.
    package var isWorthwhile: Bool { obstacle == nil && disadvantage == nil }

    /// Throws if this process cannot compute in this precision, or not as fast as in full precision.
    ///
    /// - Throws: `HarnessError.unavailable`, and `badInput` if it is slower.
    package func requireAvailable() throws {
        if let obstacle { throw HarnessError.unavailable(message(obstacle)) }
        if let disadvantage { throw HarnessError.badInput(message(disadvantage)) }
    }

    /// Returns the error message "precision: bf16: expected …, found …".
    package func message(_ clause: String) -> String { "precision: \(rawValue): \(clause)" }
}

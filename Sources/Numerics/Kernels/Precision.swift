import COneDNN
import Failures
import Glibc

/// The precision of the products between two hidden layers. Everything else (parameters, gradients, moments, sums and
/// all other operations) is `Real` in either case.
package enum Precision: String, Sendable, CaseIterable {
    /// `Real`, as everything else.
    case full = "fp32"
    /// Factors rounded to bfloat16, sums in float32 (`BFloat16Product`).
    case bfloat16 = "bf16"

    /// The reason why this process cannot compute in this precision, a clause "expected …, found …"; nil if it can. Loads
    /// oneDNN for `bfloat16`.
    package var obstacle: String? {
        switch self {
        case .full: nil
        case .bfloat16: ab_onednn_open().map { String(cString: $0) }
        }
    }

    /// Throws if this process cannot compute in this precision.
    ///
    /// - Throws: `HarnessError.unavailable`.
    package func requireAvailable() throws {
        if let refusal { throw HarnessError.unavailable(refusal) }
    }

    /// The error message "precision: bf16: expected …, found …"; nil if this process can compute in this precision.
    package var refusal: String? { obstacle.map { "precision: \(rawValue): \($0)" } }

    /// The library in use and the processor's instructions, "oneDNN 2.6.3, AVX512-BF16"; nil before `obstacle` has loaded
    /// the library. Results depend on both.
    package static var library: String? {
        let text = String(cString: ab_onednn_description())
        return text.isEmpty ? nil : text
    }
}

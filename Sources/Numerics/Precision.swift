import COneDNN
import Failures
import Glibc

/// What the products between two hidden layers are computed in. Everything else, the parameters, their gradients and
/// moments, sums and whatever is not a product, is `Real` in either case.
package enum Precision: String, Sendable, CaseIterable {
    /// As everything else.
    case full = "fp32"
    /// Factors rounded to bfloat16, sums in float32: `BFloat16Product`.
    case bfloat16 = "bf16"

    /// Why this process cannot compute so: half a sentence, "expected …, found …"; nil when it can. Loads oneDNN where that
    /// is asked for.
    package var obstacle: String? {
        switch self {
        case .full: nil
        case .bfloat16: ab_onednn_open().map { String(cString: $0) }
        }
    }

    /// Refuses a precision that this process cannot compute in.
    ///
    /// - Throws: `HarnessError.unavailable`.
    package func requireAvailable() throws {
        if let refusal { throw HarnessError.unavailable(refusal) }
    }

    /// "precision: bf16: expected …, found …"; nil where this process can compute in it.
    package var refusal: String? { obstacle.map { "precision: \(rawValue): \($0)" } }

    /// The library in use with the processor's instructions, "oneDNN 2.6.3, AVX512-BF16"; nil before `obstacle` has found
    /// it. Results depend on both.
    package static var library: String? {
        let text = String(cString: ab_onednn_description())
        return text.isEmpty ? nil : text
    }
}

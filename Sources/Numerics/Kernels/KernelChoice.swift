import CKernels

/// The choice of OpenBLAS's kernels, where OpenBLAS computes and its own choice is too old.
///
/// OpenBLAS knows processors by their models. For one newer than itself it may fall back to kernels from before AVX2:
/// version 0.3.21 takes those of Prescott (2004) on Intel's Emerald Rapids, a fifth as fast as it could be.
package enum KernelChoice {
    /// The instructions that matter for the choice.
    package struct Processor: Sendable {
        let hasAVX2, hasAVX512: Bool

        package init(hasAVX2: Bool, hasAVX512: Bool) { (self.hasAVX2, self.hasAVX512) = (hasAVX2, hasAVX512) }

        /// This one.
        package static var current: Processor {
            Processor(hasAVX2: ab_has_avx2() != 0, hasAVX512: ab_has_avx512() != 0)
        }
    }

    /// The kernel sets of OpenBLAS for x86-64 that use AVX2 or more.
    private static let withAVX2: Set = ["haswell", "zen", "excavator", "skylakex", "cooperlake", "sapphirerapids"]

    /// Returns the value for `OPENBLAS_CORETYPE`, by the instructions of the processor; nil to leave the choice to
    /// OpenBLAS, which has chosen the kernels named `chosen`.
    package static func coreType(insteadOf chosen: String, on processor: Processor = .current) -> String? {
        guard processor.hasAVX2, !withAVX2.contains(chosen.lowercased()) else { return nil }
        return processor.hasAVX512 ? "SkylakeX" : "Haswell"
    }
}

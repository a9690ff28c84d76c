import Numerics
import Testing

@Suite struct KernelChoiceTests {
    private static let avx2 = KernelChoice.Processor(hasAVX2: true, hasAVX512: false)
    private static let avx512 = KernelChoice.Processor(hasAVX2: true, hasAVX512: true)
    private static let older = KernelChoice.Processor(hasAVX2: false, hasAVX512: false)

    @Test(arguments: ["Prescott", "Nehalem", "Sandybridge", "Piledriver"]) func replacesOldKernels(chosen: String) {
        #expect(KernelChoice.coreType(insteadOf: chosen, on: Self.avx2) == "Haswell")
        #expect(KernelChoice.coreType(insteadOf: chosen, on: Self.avx512) == "SkylakeX")
        #expect(KernelChoice.coreType(insteadOf: chosen, on: Self.older) == nil)
    }

    @Test(arguments: ["Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids"])
    func leavesOthersToOpenBLAS(chosen: String) {
        for processor in [Self.older, Self.avx2, Self.avx512] {
            #expect(KernelChoice.coreType(insteadOf: chosen, on: processor) == nil)
        }
    }
}

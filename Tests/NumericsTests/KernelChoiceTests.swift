import Numerics
import Testing

@Suite struct KernelChoiceTests {
    @Test func readsTheFirstProcessor() throws {
        let text = """
            processor	: 0
            vendor_id	: AuthenticAMD
            cpu family	: 26
            flags		: fpu avx2 avx512vl

            processor	: 1
            vendor_id	: AuthenticAMD
            cpu family	: 25
            flags		: fpu
            """
        let processor = try #require(KernelChoice.Processor(cpuinfo: text))
        #expect(processor == .init(vendor: "AuthenticAMD", family: 26, flags: ["fpu", "avx2", "avx512vl"]))
        #expect(KernelChoice.coreType(for: processor) == "SkylakeX")
    }

    @Test func leavesUnknownProcessorsToOpenBLAS() {
        #expect(KernelChoice.Processor(cpuinfo: "processor : 0\nCPU implementer : 0x41") == nil)
        #expect(KernelChoice.coreType(for: .init(vendor: "GenuineIntel", family: 6, flags: ["avx512vl"])) == nil)
        #expect(KernelChoice.coreType(for: .init(vendor: "AuthenticAMD", family: 26, flags: ["avx2"])) == nil)
    }
}

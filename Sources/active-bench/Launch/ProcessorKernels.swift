import Foundation
import Numerics

/// Restarts this program with `OPENBLAS_CORETYPE` set if the table of `KernelChoice` has kernels for this processor.
/// OpenBLAS reads the variable while it loads, before any of our code runs. A value set by the user is kept.
func chooseKernels() {
    guard getenv("OPENBLAS_CORETYPE") == nil,
        let cpuinfo = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
        let processor = KernelChoice.Processor(cpuinfo: cpuinfo),
        let coreType = KernelChoice.coreType(for: processor)
    else { return }
    setenv("OPENBLAS_CORETYPE", coreType, 1)
    execv("/proc/self/exe", CommandLine.unsafeArgv)
    // Reached only if the exec fails: continue with the kernels that OpenBLAS chose.
}

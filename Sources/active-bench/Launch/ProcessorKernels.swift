import Foundation
import Numerics

/// Starts this program anew with `OPENBLAS_CORETYPE` set where the table of `KernelChoice` names kernels for this
/// processor: OpenBLAS reads the variable while it loads, before any line of ours runs. A value set by the user stands.
func chooseKernels() {
    guard getenv("OPENBLAS_CORETYPE") == nil,
        let cpuinfo = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
        let processor = KernelChoice.Processor(cpuinfo: cpuinfo),
        let coreType = KernelChoice.coreType(for: processor)
    else { return }
    setenv("OPENBLAS_CORETYPE", coreType, 1)
    execv("/proc/self/exe", CommandLine.unsafeArgv)
    // Only reached when the system refuses: go on with the kernels OpenBLAS chose.
}

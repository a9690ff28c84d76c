import Foundation
import Numerics

/// Restarts this program with `OPENBLAS_CORETYPE` set if BLAS computes here and OpenBLAS has chosen kernels that are
/// too old for the processor. It reads the variable while it loads, before any of our code runs. A value set by the
/// user is kept.
func chooseKernels() {
    guard ProductBackEnd.current == .blas, getenv("OPENBLAS_CORETYPE") == nil,
        let coreType = KernelChoice.coreType(insteadOf: BLASLibrary.coreType)
    else { return }
    setenv("OPENBLAS_CORETYPE", coreType, 1)
    execv("/proc/self/exe", CommandLine.unsafeArgv)
    // Reached only if the exec fails: continue with the kernels that OpenBLAS chose.
}

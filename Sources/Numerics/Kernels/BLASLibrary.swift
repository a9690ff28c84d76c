import CKernels
import COpenBLAS

/// The BLAS library of this process.
package enum BLASLibrary {
    /// Limits OpenBLAS to one thread. It otherwise takes its thread count from the affinity mask, which
    /// changes speed and, with some kernels, bits with the launch command. Call before the first product.
    package static func useOneThread() { openblas_set_num_threads(1) }

    /// The kernel set in use ("Haswell", "SkylakeX", …). Results of different sets differ in bits.
    package static var coreType: String { String(cString: openblas_get_corename()) }

    /// The number of threads a product may use.
    package static var threads: Int { Int(openblas_get_num_threads()) }

    /// Version and build options, as the library prints them.
    package static var configuration: String { String(cString: openblas_get_config()) }

    /// The file of the library that computes `cblas_sgemm`: OpenBLAS's, or that of a library loaded before it
    /// (`LD_PRELOAD`).
    package static var path: String { ab_library_file("cblas_sgemm").map { String(cString: $0) } ?? "unknown" }
}

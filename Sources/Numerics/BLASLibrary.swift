import COpenBLAS

/// The BLAS library this process computes with.
package enum BLASLibrary {
    /// Forces one thread for this process. OpenBLAS otherwise takes its thread count from the affinity mask, which
    /// changes speed and, on some kernels, bits with the launch line. Call before the first product.
    package static func useOneThread() { openblas_set_num_threads(1) }

    /// The kernel set in use ("Haswell", "SkylakeX", …). Different sets differ in bits.
    package static var coreType: String { String(cString: openblas_get_corename()) }

    /// The number of threads a product may use.
    package static var threads: Int { Int(openblas_get_num_threads()) }

    /// Version and build options, as the library words them.
    package static var configuration: String { String(cString: openblas_get_config()) }
}

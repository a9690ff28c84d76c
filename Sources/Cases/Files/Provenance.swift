import CKernels
import Datasets
import Environments
package import Foundation
import HDF5
import MPI
import Numerics
import Paths
import Processes
import Storage

/// Where, when and with what something was computed: everything a result may depend on, and hints for finding causes.
package struct Provenance: Sendable, Codable {
    /// The build of this program.
    package struct Build: Sendable, Codable {
        /// `git describe` of the source tree that contains the executable; "unknown" if there is none.
        package var source: String
        /// SHA-256 of the executable, in hexadecimal; "unknown" if it cannot be read.
        package var executableSHA256: String
        /// The compilers of Swift and C: "Swift 6.3, …".
        package var compiler: String

        package init(source: String, executableSHA256: String, compiler: String) {
            self.source = source
            self.executableSHA256 = executableSHA256
            self.compiler = compiler
        }

        /// The build of the running executable. Reads files and calls git, so one rank does it for all.
        package static func ofThisProgram() -> Build {
            let executable = readlink("/proc/self/exe") ?? ""
            return Build(
                source: gitDescription(of: executable),
                executableSHA256: (try? sha256(ofFile: executable)) ?? "unknown", compiler: compilerVersion)
        }
    }

    /// The name of the program.
    package var program = "active-bench"
    /// The build; in a run, the one that rank 0 found.
    package var build: Build
    /// The type of all training arithmetic: "Float", or "Double" in the build that checks formulas.
    package var real: String
    /// The library's name and version, "Open MPI v4.1.4".
    package var mpi: String
    /// What computes products, "own, in vectors of 64 bytes"; with a BLAS, its file and its kernels, on which results
    /// then depend. Nil if an older version wrote it.
    package var products: String?
    /// Version and build options of OpenBLAS.
    package var blas: String
    /// OpenBLAS's kernel set, "Haswell"; results depend on it only where `products` names it.
    package var blasCoreType: String
    /// The matrix unit, which computes in bfloat16 if a case does: "avx512_bf16". Older files have a library's name
    /// here.
    package var bfloat16: String?
    /// The number of threads for a matrix product; 1 in this program.
    package var blasThreads: Int
    /// The version of the HDF5 library, "1.10.8".
    package var hdf5: String
    /// The version of the MuJoCo library in use, "2.2.2".
    package var mujoco: String
    /// The name and version of the C library, "glibc 2.36"; MuJoCo's results depend on its functions.
    package var glibc: String
    /// The host name.
    package var host: String
    /// The model name in /proc/cpuinfo.
    package var processor: String
    /// The release of the Linux kernel.
    package var kernel: String
    /// The cores this rank may run on, "0-1"; empty if unknown.
    package var cores: String
    /// The rank in MPI_COMM_WORLD, counted from 0.
    package var rank: Int
    /// The size of MPI_COMM_WORLD.
    package var ranks: Int
    /// The command line, including the program's name.
    package var arguments: [String]
    /// Environment variables that control MPI, BLAS and the batch system.
    package var environment: [String: String]
    /// The current time in UTC (ISO 8601) when this was collected.
    package var started: String

    /// The provenance of this process at this moment.
    package static func ofThisProcess(_ build: Build, rank: Int, ranks: Int) -> Provenance {
        var system = utsname()
        uname(&system)
        return Provenance(
            build: build, real: "\(Real.self)",
            mpi: MPIEnvironment.libraryVersion.split(separator: ",").first.map { String($0) } ?? "unknown",
            products: ProductBackEnd.current.detail, blas: BLASLibrary.configuration,
            blasCoreType: BLASLibrary.coreType, bfloat16: MatrixUnit.selected?.rawValue,
            blasThreads: BLASLibrary.threads,
            hdf5: HDF5Library.version, mujoco: EnvironmentRegistry.simulatorVersion,
            glibc: glibcVersion, host: text(system.nodename), processor: processorName,
            kernel: text(system.release), cores: CPUBinding.ofThisThread().description, rank: rank, ranks: ranks,
            arguments: PathBytes.arguments.map { PathBytes.shown($0) }, environment: steeringVariables,
            started: ISO8601DateFormatter().string(from: Date()))
    }

    /// JSON with sorted keys.
    package func encoded() throws -> Data { try jsonFile(self) }

    private static var compilerVersion: String {
        #if compiler(>=6.4)
            let swift = "Swift 6.4 or newer"
        #elseif compiler(>=6.3)
            let swift = "Swift 6.3"
        #else
            let swift = "Swift 6.2"
        #endif
        return "\(swift), \(String(cString: ab_compiler()))"
    }

    package static var glibcVersion: String {
        var text = [CChar](repeating: 0, count: 64)
        confstr(Int32(_CS_GNU_LIBC_VERSION), &text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static var processorName: String {
        let cpuinfo = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = cpuinfo.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }

    private static var steeringVariables: [String: String] {
        let prefixes = [
            "ACTIVE_BENCH_", "OMP_", "OMPI_MCA_", "OPENBLAS_", "SLURM_JOB", "SLURM_N", "PBS_JOB", "D4RL_",
        ]
        return ProcessInfo.processInfo.environment.filter { name, _ in prefixes.contains { name.hasPrefix($0) } }
    }

    private static func gitDescription(of executable: String) -> String {
        let folder = DurableFile.folder(of: executable)
        let git = try? ChildProgram.output(
            of: ["git", "-C", folder, "describe", "--always", "--dirty", "--tags"], errors: .nothing)
        let description = String(decoding: git?.bytes ?? [], as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return git?.end == .exit(0) && !description.isEmpty ? description : "unknown"
    }

    /// A fixed-size C string.
    private static func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

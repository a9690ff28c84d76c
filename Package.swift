// swift-tools-version: 6.2
// Swift 6.2 or newer. Environment variables read here (a change re-evaluates the manifest):
//   ACTIVE_BENCH_MARCH    processor the code is compiled for (default x86-64-v3 on x86-64; "native" for this machine)
//   ACTIVE_BENCH_REAL     "double" computes everything in double precision (conformance and gradient tests only)
//   ACTIVE_BENCH_MPI_PC   pkg-config name of the MPI C interface (default ompi-c)
//   ACTIVE_BENCH_MUJOCO   folder with include/ and lib/libmujoco.so of another MuJoCo than the system's
//   ACTIVE_BENCH_FUZZ     "1" adds the library of readers that jobs/fuzz.sh feeds
//   ACTIVE_BENCH_DOCS     "1" fetches swift-docc-plugin as well, by which jobs/docs.sh makes the pages of the documentation
import PackageDescription

let environment = Context.environment

#if arch(x86_64)
    let processor = ["-march=" + (environment["ACTIVE_BENCH_MARCH"] ?? "x86-64-v3")]
#else
    let processor = environment["ACTIVE_BENCH_MARCH"].map { ["-mcpu=" + $0] } ?? []
#endif
let precision = environment["ACTIVE_BENCH_REAL"] == "double" ? ["-DACTIVE_BENCH_DOUBLE"] : []
let mujocoInclude = environment["ACTIVE_BENCH_MUJOCO"].map { ["-I\($0)/include"] } ?? []
// Linked by its path: by its name the linker would find the system's first, in the folder of another library.
let mujocoLink: [LinkerSetting] =
    environment["ACTIVE_BENCH_MUJOCO"].map {
        [.unsafeFlags(["\($0)/lib/libmujoco.so", "-Xlinker", "-rpath", "-Xlinker", "\($0)/lib"])]
    } ?? [.linkedLibrary("mujoco")]

let documentation: [Package.Dependency] =
    environment["ACTIVE_BENCH_DOCS"] == "1"
    ? [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")] : []
let isFuzzed = environment["ACTIVE_BENCH_FUZZ"] == "1"

let swiftSettings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    // A file sees only what it imports itself, and imports are internal unless declared otherwise.
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .unsafeFlags(precision + (processor + precision + mujocoInclude).flatMap { ["-Xcc", $0] }),
]
let cSettings: [CSetting] = [
    .treatAllWarnings(as: .error),
    // Kernels are optimised in debug builds too, as a training step consists of their loops. A product and a sum are
    // fused where they stand in one expression, never by the optimiser's choice: so the bits do not depend on the width
    // of vectors.
    .unsafeFlags(processor + precision + mujocoInclude + ["-O3", "-fno-math-errno", "-ffp-contract=on"]),
]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], excluding folders: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: folders, swiftSettings: swiftSettings)
}

// Linked with libFuzzer's own main.
let fuzzReaders = Target.target(
    name: "FuzzReaders",
    dependencies: ["Cases", "ConformanceTraces", "Datasets", "Policies", "RunFolders", "Storage", "Studies"],
    path: "Tests/Fuzz/FuzzReaders", swiftSettings: swiftSettings)

let package = Package(
    name: "active-bench",
    products: [
        .executable(name: "active-bench", targets: ["active-bench"]),
        // Replaces the C library's allocator to count allocations; only `active-bench bench` and tests load it.
        .library(name: "active-bench-allocations", type: .dynamic, targets: ["CAllocationCount"]),
        // For tests: see the target.
        .library(name: "refused-closing", type: .dynamic, targets: ["RefusedClosing"]),
    ] + (isFuzzed ? [.library(name: "FuzzReaders", type: .dynamic, targets: ["FuzzReaders"])] : []),
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ] + documentation,
    targets: [
        // C libraries, as they are.
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
        .systemLibrary(
            name: "CMPI", pkgConfig: environment["ACTIVE_BENCH_MPI_PC"] ?? "ompi-c",
            providers: [.apt(["libopenmpi-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "CKernels", cSettings: cSettings),
        // LZF, h5py's own compression, a filter that HDF5 does not include.
        .target(name: "CLZF", dependencies: ["CHDF5"], cSettings: cSettings),
        // Decodes chunks as the library does, but never beyond them; libaec-dev comes with libhdf5-dev.
        .target(
            name: "CChunks", dependencies: ["CLZF", "CZlib"], cSettings: cSettings,
            linkerSettings: [.linkedLibrary("aec")]),
        .target(name: "CConsole", cSettings: cSettings),
        .target(name: "CProcesses", cSettings: cSettings),
        .target(name: "CSupervision", dependencies: ["CConsole"], cSettings: cSettings),
        .target(
            name: "CMuJoCo", dependencies: ["CConsole"], cSettings: cSettings, linkerSettings: mujocoLink),
        .target(name: "CAllocationCount", cSettings: cSettings),

        // The rooms; one may import only rooms above it.
        room("Paths"),
        room("Failures"),
        room("Suites"),
        room("Processes", ["CProcesses", "Paths"]),
        room("Console", ["CConsole", "Failures", "Paths"]),
        room("Supervision", ["CSupervision", "Paths"]),
        room("Storage", ["CCrypto", "Failures", "Paths", "Processes", "Supervision"]),
        room("MPI", ["CKernels", "CMPI", "Failures", "Paths", "Supervision"]),
        room("HDF5", ["CChunks", "CHDF5", "CKernels", "CLZF", "Failures", "Paths", "Storage"]),
        room("Numerics", ["CKernels", "COpenBLAS", "Failures"]),
        room("Networks", ["CKernels", "Failures", "Numerics"]),
        room("Environments", ["CMuJoCo", "Failures", "Networks", "Numerics", "Paths", "Suites"]),
        room("Datasets", ["Environments", "Failures", "HDF5", "Numerics", "Paths", "Storage", "Suites"]),
        room("Algorithms", ["Datasets", "Networks", "Numerics", "Suites"]),
        room("Report", ["Suites"]),
        room("Teams", ["Failures", "MPI", "Networks", "Numerics", "Processes", "Supervision"]),
        room(
            "Studies",
            [
                "Algorithms", "Datasets", "Environments", "Failures", "Numerics", "Paths", "Report", "Storage",
                "Suites", yams,
            ]),
        room(
            "Planning",
            ["Algorithms", "Datasets", "Environments", "Networks", "Numerics", "Report", "Storage", "Studies", "Teams"]),
        room(
            "Policies",
            [
                "Datasets", "Environments", "Failures", "HDF5", "MPI", "Networks", "Numerics", "Report", "Storage",
                "Studies", "Suites", "Teams",
            ]),
        room(
            "DatasetTools",
            [
                "Algorithms", "Console", "Datasets", "Environments", "Failures", "HDF5", "MPI", "Networks",
                "Numerics", "Paths", "Policies", "Processes", "Report", "Storage", "Studies", "Teams",
            ]),
        room(
            "Cases",
            [
                "Algorithms", "CKernels", "Console", "DatasetTools", "Datasets", "Environments", "Failures", "HDF5",
                "MPI", "Networks", "Numerics", "Paths", "Policies", "Processes", "Storage", "Studies", "Suites",
                "Supervision", "Teams",
            ]),
        room(
            "RunFolders",
            [
                "Cases", "DatasetTools", "Datasets", "Environments", "Failures", "Numerics", "Paths", "Planning",
                "Report", "Storage", "Studies", "Suites",
            ]),
        room("Findings", ["Algorithms", "Cases", "Failures", "Paths", "Report", "RunFolders", "Storage"]),
        room(
            "Runs",
            [
                "Algorithms", "Cases", "Console", "DatasetTools", "Datasets", "Environments", "Failures", "MPI",
                "Numerics", "Paths", "Planning", "Processes", "Report", "RunFolders", "Storage", "Studies",
                "Supervision", "Teams", logging,
            ]),
        room(
            "Behaviour",
            [
                "Algorithms", "Cases", "Console", "DatasetTools", "Datasets", "Environments", "Failures", "HDF5", "MPI",
                "Networks", "Numerics", "Paths", "Policies", "Processes", "Report", "RunFolders", "Runs", "Storage",
                "Studies", "Supervision", "Teams",
            ]),
        room(
            "Benchmarks",
            [
                "Algorithms", "Datasets", "Environments", "Failures", "HDF5", "Networks", "Numerics", "Paths",
                "Policies", "Processes", "Storage",
            ]),
        room(
            "Scaling",
            [
                "Algorithms", "Benchmarks", "Console", "Datasets", "Environments", "Failures", "MPI", "Networks",
                "Numerics", "Paths", "Planning", "Storage", "Studies", "Supervision", "Teams",
            ]),
        room(
            "ConformanceTraces",
            ["Algorithms", "Datasets", "Failures", "HDF5", "Networks", "Numerics", "Storage", "Studies", "Suites"]),
        room(
            "Rendering",
            [
                "CZlib", "Console", "Environments", "Failures", "Networks", "Paths", "Policies", "Processes", "Storage",
                "Supervision",
            ]),
        .executableTarget(
            name: "active-bench",
            dependencies: [
                "Algorithms", "Behaviour", "Benchmarks", "Cases", "ConformanceTraces", "Console", "DatasetTools",
                "Datasets",
                "Environments", "Failures", "Findings", "MPI", "Numerics", "Paths", "Planning", "Policies", "Processes",
                "Rendering", "Report", "RunFolders", "Runs", "Scaling", "Storage", "Studies", "Suites", "Supervision",
                "Teams",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: swiftSettings),

        // The program that the MPI tests run under mpirun: it makes every call of the room and checks the result on every rank.
        .executableTarget(
            name: "mpi-exercise", dependencies: ["MPI", "SplitMix", "Supervision"],
            path: "Tests/Support/mpi-exercise", swiftSettings: swiftSettings),
        // Counts the heap allocations of a thousand gradient steps of every learner.
        .executableTarget(
            name: "step-allocations",
            dependencies: ["Algorithms", "Datasets", "Networks", "Numerics", "Processes"],
            path: "Tests/Support/step-allocations", swiftSettings: swiftSettings),

        // Compares our environments with steps of Gymnasium's from the same states (Tests/Peers).
        .target(
            name: "PeerTraces", dependencies: ["Environments", "HDF5"], path: "Tests/Support/PeerTraces",
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "peer-steps", dependencies: ["Environments", "PeerTraces"], path: "Tests/Support/peer-steps",
            swiftSettings: swiftSettings),

        // Compares what we read of Minari's datasets with what its Python package reads, and of our own with what D4RL's rule
        // reads (Tests/Peers).
        .target(
            name: "DatasetTraces", dependencies: ["Datasets", "HDF5", "Numerics"], path: "Tests/Support/DatasetTraces",
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "peer-datasets", dependencies: ["DatasetTraces"], path: "Tests/Support/peer-datasets",
            swiftSettings: swiftSettings),

        // Support for several test targets: temporary files, programs that run as child processes.
        .target(
            name: "ScratchFiles", dependencies: ["CHDF5"], path: "Tests/Support/ScratchFiles",
            swiftSettings: swiftSettings),
        .target(
            name: "ManualClock", dependencies: ["Numerics"], path: "Tests/Support/ManualClock",
            swiftSettings: swiftSettings),
        .target(name: "SplitMix", path: "Tests/Support/SplitMix", swiftSettings: swiftSettings),
        .target(name: "ProgramRuns", path: "Tests/Support/ProgramRuns", swiftSettings: swiftSettings),
        .target(name: "FileServer", path: "Tests/Support/FileServer", swiftSettings: swiftSettings),
        .target(
            name: "ExampleInputs", dependencies: ["Networks", "Numerics"], path: "Tests/Support/ExampleInputs",
            swiftSettings: swiftSettings),

        // A C library whose close fails, as it does on NFS over quota.
        .target(name: "RefusedClosing", path: "Tests/Support/refused-closing", cSettings: cSettings),

        // Tests name the programs that they start (mpi-exercise, step-allocations, active-bench), so that these are built.
        tests("PathsTests", ["Paths", "ScratchFiles"]),
        tests("ConsoleTests", ["Console", "ScratchFiles"]),
        tests("MPITests", ["MPI", "ProgramRuns", "mpi-exercise"]),
        tests("HDF5Tests", ["CHDF5", "CLZF", "HDF5", "ScratchFiles", "SplitMix"], excluding: ["Fixtures"]),
        // The AMX products with C functions in place of the tile instructions.
        .target(
            name: "CTileEmulation", dependencies: ["CKernels"], path: "Tests/Support/CTileEmulation",
            cSettings: cSettings),
        tests("NumericsTests", ["CKernels", "CTileEmulation", "Numerics"]),
        tests("NetworksTests", ["CKernels", "Networks", "Numerics"]),
        tests(
            "EnvironmentsTests",
            ["CMuJoCo", "Environments", "Failures", "Networks", "Numerics", "PeerTraces", "ScratchFiles", "Suites"],
            excluding: ["Oracle"]),
        tests(
            "DatasetsTests",
            ["CHDF5", "DatasetTraces", "Datasets", "HDF5", "Numerics", "ScratchFiles", "Suites"],
            excluding: ["Fixtures"]),
        tests(
            "AlgorithmsTests",
            ["Algorithms", "Datasets", "Environments", "Networks", "Numerics", "Suites", "step-allocations"]),
        tests("ReportTests", ["Datasets", "Environments", "Report", "Suites"]),
        tests(
            "HarnessTests",
            [
                "Algorithms", "Behaviour", "Benchmarks", "CHDF5", "CSupervision", "Cases", "ConformanceTraces",
                "DatasetTools", "Datasets", "Environments", "ExampleInputs", "Failures", "Findings", "HDF5",
                "ManualClock", "Networks",
                "Numerics", "Paths", "Planning", "Policies", "Processes", "ProgramRuns", "Rendering", "Report",
                "RunFolders", "Runs", "Scaling", "ScratchFiles", "SplitMix", "Storage", "Studies", "Suites",
                "Supervision", "Teams",
            ], excluding: ["Fixtures"]),
        // A learner and a family of environments that no other file knows of, added as values.
        tests(
            "ExtensionTests",
            [
                "Algorithms", "Cases", "DatasetTools", "Datasets", "Environments", "ExampleInputs", "Failures", "HDF5",
                "Networks", "Numerics", "Planning", "Policies", "Report", "RunFolders", "ScratchFiles", "Studies",
                "Suites", "Supervision",
            ]),
        tests(
            "SystemTests",
            [
                "Algorithms", "CHDF5", "Cases", "DatasetTools", "Datasets", "Environments", "ExampleInputs",
                "FileServer", "HDF5", "MPI", "Networks", "Numerics", "Paths", "Policies", "Processes", "ProgramRuns",
                "RunFolders", "Scaling", "ScratchFiles", "SplitMix", "Storage", "Suites", "active-bench",
            ]),
    ] + (isFuzzed ? [fuzzReaders] : []),
    swiftLanguageModes: [.v6]
)

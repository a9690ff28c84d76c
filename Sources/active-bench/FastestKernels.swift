import ArgumentParser
import Foundation
import Harness
import Numerics

/// Starts this program anew with the OpenBLAS kernels that are the fastest here: they are chosen while the library loads.
enum FastestKernels {
    /// Kernel sets of OpenBLAS 0.3.21; those a processor cannot run fall back to another name and are passed over.
    #if arch(x86_64)
        private static let coreTypes = ["Haswell", "Zen", "SkylakeX", "Cooperlake"]
    #else
        private static let coreTypes = ["ARMV8", "NEOVERSEN1", "NEOVERSEV1", "NEOVERSEN2"]
    #endif
    private static let variable = "ACTIVE_BENCH_KERNELS_TRIED"

    /// Runs `active-bench ARGUMENTS` with the fastest, and with allocations counted; its output is this process's.
    static func run(_ arguments: [String]) throws {
        var tried: [String: Double] = [:]
        for name in coreTypes {
            let words = try output(of: ["bench", "product", "--once"], ["OPENBLAS_CORETYPE": name])
                .split(whereSeparator: \.isWhitespace)
            guard words.count == 2, words[0].lowercased() == name.lowercased(), let seconds = Double(words[1]) else {
                continue
            }
            tried[name] = 1e3 * seconds
        }
        var environment = [variable: tried.map { "\($0.key)=\($0.value)" }.joined(separator: ",")]
        environment["OPENBLAS_CORETYPE"] = tried.min { $0.value < $1.value }?.key
        let preloaded = [AllocationCount.library, ProcessInfo.processInfo.environment["LD_PRELOAD"]].compactMap { $0 }
        if !preloaded.isEmpty { environment["LD_PRELOAD"] = preloaded.joined(separator: ":") }
        let process = try start(arguments, environment, output: nil)
        process.waitUntilExit()
        try requireSuccess(of: process)
    }

    /// In a process started by `run`: the milliseconds of a 256³ product by kernel set; nil where no set is known.
    static var tried: [String: Double]? {
        guard let text = ProcessInfo.processInfo.environment[variable] else { return nil }
        let pairs = text.split(separator: ",").compactMap { pair -> (String, Double)? in
            let parts = pair.split(separator: "=")
            return parts.count == 2 ? Double(parts[1]).map { (String(parts[0]), $0) } : nil
        }
        return pairs.isEmpty ? nil : Dictionary(uniqueKeysWithValues: pairs)
    }

    private static func output(of arguments: [String], _ environment: [String: String]) throws -> String {
        let pipe = Pipe()
        let process = try start(arguments, environment, output: pipe)
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try requireSuccess(of: process)
        return String(decoding: data, as: UTF8.self)
    }

    private static func start(_ arguments: [String], _ environment: [String: String], output: Pipe?) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        if let output { process.standardOutput = output }
        try process.run()
        return process
    }

    private static func requireSuccess(of process: Process) throws {
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw ExitCode(process.terminationReason == .exit ? process.terminationStatus : ExitStatus.bug.rawValue)
        }
    }
}

import ArgumentParser
import Failures
import Foundation
import Paths
import Processes

/// Restarts this program with the fastest OpenBLAS kernels, because they are chosen while the library loads.
enum FastestKernels {
    /// Kernel sets of OpenBLAS 0.3.21. A set that the processor does not support falls back to another name and is
    /// skipped.
    #if arch(x86_64)
        private static let coreTypes = ["Haswell", "Zen", "SkylakeX", "Cooperlake"]
    #else
        private static let coreTypes = ["ARMV8", "NEOVERSEN1", "NEOVERSEV1", "NEOVERSEN2"]
    #endif
    private static let variable = "ACTIVE_BENCH_KERNELS_TRIED"

    /// Runs `active-bench ARGUMENTS` with the fastest kernels and with allocations counted; its output is this
    /// process's.
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
        var variables = [variable: tried.map { "\($0.key)=\($0.value)" }.joined(separator: ",")]
        variables["OPENBLAS_CORETYPE"] = tried.min { $0.value < $1.value }?.key
        let preloaded = [AllocationCount.library, PathBytes.environmentVariable("LD_PRELOAD")].compactMap { $0 }
        if !preloaded.isEmpty { variables["LD_PRELOAD"] = preloaded.joined(separator: ":") }
        try starting { () throws(ChildProgram.NotStarted) in
            try ChildProgram([program] + arguments, variables: variables).wait()
        }
    }

    /// Milliseconds of a 256³ product by kernel set, in a process started by `run`; otherwise nil.
    static var tried: [String: Double]? {
        guard let text = ProcessInfo.processInfo.environment[variable] else { return nil }
        let pairs = text.split(separator: ",").compactMap { pair -> (String, Double)? in
            let parts = pair.split(separator: "=")
            return parts.count == 2 ? Double(parts[1]).map { (String(parts[0]), $0) } : nil
        }
        return pairs.isEmpty ? nil : Dictionary(uniqueKeysWithValues: pairs)
    }

    /// This program, even if its path is not valid UTF-8.
    private static let program = "/proc/self/exe"

    private static func output(of arguments: [String], _ variables: [String: String]) throws -> String {
        var output: [UInt8] = []
        try starting { () throws(ChildProgram.NotStarted) in
            let (bytes, end) = try ChildProgram.output(of: [program] + arguments, variables: variables)
            output = bytes
            return end
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Runs a child and waits for it; ends this process with the child's exit code if that is not 0.
    private static func starting(_ run: () throws(ChildProgram.NotStarted) -> ChildProgram.End) throws {
        do {
            switch try run() {
            case .exit(0): break
            case .exit(let code): throw ExitCode(code)
            case .signal: throw ExitCode(ExitStatus.bug.rawValue)
            }
        } catch let error as ChildProgram.NotStarted {
            throw HarnessError.io(path: program, operation: "start", code: error.code)
        }
    }
}

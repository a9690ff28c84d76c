import Foundation

/// The reader that ACTIVE_BENCH_FUZZ_READER names.
private let reader: Reader = {
    let name = ProcessInfo.processInfo.environment["ACTIVE_BENCH_FUZZ_READER"] ?? ""
    guard let reader = Reader(rawValue: name) else {
        let names = Reader.allCases.map(\.rawValue).joined(separator: ", ")
        fatalError("ACTIVE_BENCH_FUZZ_READER: expected one of \(names), found '\(name)'")
    }
    return reader
}()

private let scratch: ScratchFolder = {
    atexit { try? FileManager.default.removeItem(atPath: "/dev/shm/active-bench-fuzz-\(getpid())") }
    return ScratchFolder()
}()

/// Reads one input; libFuzzer calls this function with every input.
@_cdecl("LLVMFuzzerTestOneInput")
package func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let data = bytes.map { Data(bytes: $0, count: count) } ?? Data()
    do {
        try reader.read(data, in: scratch)
    } catch {
        _ = "\(error)"  // The sentence contains parts of the file.
    }
    return 0
}

import Foundation

/// A private folder in memory, for readers that open files.
struct ScratchFolder {
    let root = "/dev/shm/active-bench-fuzz-\(getpid())"

    init() {
        for name in ["case", "ranks"] {
            try? FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
        }
    }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    func put(_ bytes: Data, _ name: String) {
        guard let file = fopen(path(name), "w") else { preconditionFailure("\(path(name)) cannot be opened") }
        defer { fclose(file) }
        bytes.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
    }
}

import Glibc

/// Returns the memory in bytes that this process can allocate: the machine's available memory, at most the limit of its
/// control group; nil if the system does not say.
func availableMemory() -> Int? {
    guard let kilobytes = field(after: "MemAvailable:", in: "/proc/meminfo") else { return nil }
    let machine = 1024 * (kilobytes + (field(after: "SwapFree:", in: "/proc/meminfo") ?? 0))
    // The group's current usage is not subtracted: it includes the page cache, which can be reclaimed.
    let group = "/sys/fs/cgroup" + (line(startingWith: "0::", in: "/proc/self/cgroup") ?? "")
    return min(machine, field(after: "", in: group + "/memory.max") ?? machine)
}

/// Refuses a dataset whose loading takes more memory than is available, before anything is allocated.
///
/// - Parameter bytes: the peak memory of loading, computed from the sizes that the file at `path` declares.
func checkMemory(_ bytes: Int, _ path: String) throws(DatasetError) {
    guard let available = availableMemory(), bytes > available else { return }
    throw DatasetError(
        file: path, expected: "a dataset that loads within the \(available >> 20) MiB of memory available here",
        found: "declared sizes that take \(bytes >> 20) MiB",
        hint: "a small file that declares so much is damaged or malicious")
}

/// Returns the whole number after `name` in a file of the kernel.
private func field(after name: String, in path: String) -> Int? {
    line(startingWith: name, in: path).flatMap { $0.split(separator: " ").first }.flatMap { Int($0) }
}

/// Returns the text after `name` on the first line that starts with it in a file of the kernel.
private func line(startingWith name: String, in path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 4096)
    while fgets(&buffer, Int32(buffer.count), file) != nil {
        let line = String(decoding: buffer.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        if line.hasPrefix(name) { return String(line.dropFirst(name.count)) }
    }
    return nil
}

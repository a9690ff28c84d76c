import HDF5

/// The metadata of a file. They never refuse the file: whatever cannot be read is left out.
struct D4RLMetadata {
    /// The values by name within `metadata/` ("algorithm", "policy/fc0/weight"); "metadata" if that is itself a value.
    private(set) var values: [String: MetadataValue] = [:]
    /// Notes on what was left out and why, one sentence per reason.
    var notes: [String] {
        leftOut.sorted { $0.key < $1.key }.map { reason, left in
            let others = left.count == 1 ? "" : " and \(left.count - 1) more"
            return "metadata left out: '\(printable(left.first))'\(others): \(printable(reason))"
        }
    }

    private let file: HDF5File
    /// What was left out, by reason: the first name and the number of names.
    private var leftOut: [String: (first: String, count: Int)] = [:]
    private var seen: Set<UInt64> = []
    // A group may contain itself, and an array may have many names, so depth, number and size are bounded.
    private var namesLeft = 10_000
    private var bytesLeft = 1 << 26

    /// Reads the metadata of `file`.
    init(of file: HDF5File) {
        self.file = file
        read("metadata")
    }

    /// Reads the object at `path` and, if it is a group, its contents.
    private mutating func read(_ path: String) {
        let deepest = 16
        guard namesLeft > 0 else { return leaveOut(path, Self.tooMany) }
        namesLeft -= 1
        do throws(HDF5Error) {
            guard try file.contains(path) else {
                // Some names cannot be expressed: bytes that are not UTF-8, or a "/".
                if path != "metadata" { leaveOut(path, "its name is not UTF-8") }
                return
            }
            guard try file.isGroup(path) else { return try readValue(path) }
            guard path.split(separator: "/").count <= deepest else {
                return leaveOut(path, "expected groups at most \(deepest) deep")
            }
            guard try seen.insert(file.address(path)).inserted else {
                return leaveOut(path, "a group that was already read")
            }
            let names = try file.names(in: path, most: namesLeft + 1)
            let others = try file.linkCount(in: path) - names.count
            for name in names { read(path + "/" + name) }
            if others > 0 { leaveOut(path + "/\(Self.others)", Self.tooMany, count: others) }
        } catch {
            leaveOut(path, "\(error.reason)")
        }
    }

    private mutating func readValue(_ path: String) throws(HDF5Error) {
        let description = try file.describe(path)
        let bytes = try file.readingBytes(path)
        guard bytes <= bytesLeft else { return leaveOut(path, "expected at most \(1 << 26) bytes of metadata in all") }
        bytesLeft -= bytes
        guard let value = try file.value(path) else {
            let shape = description.shape.isEmpty ? "" : " of shape \(description.shape)"
            return leaveOut(
                path, "expected text, a number or an array of numbers, found \(description.element)\(shape)")
        }
        values[path == "metadata" ? path : String(path.dropFirst("metadata/".count))] = value
    }

    private static let tooMany = "expected at most 10000 names"
    /// A placeholder for names that were not read.
    private static let others = "\u{2026}"

    private mutating func leaveOut(_ path: String, _ reason: String, count: Int = 1) {
        leftOut[reason, default: (path, 0)].count += count
    }
}

/// The datasets of a family of environments that D4RL publishes: their names and files.
///
/// Empty for a family without published datasets: its datasets are made by our recipes ("-r1") or are the user's own files.
package struct PublishedDatasets: Sendable {
    /// Names without a version, "hopper-medium-replay", in D4RL's order.
    package let tasks: [String]
    /// The path of each dataset's file below D4RL's address, by the dataset's full name.
    package let paths: [String: String]
    /// The files whose size and digest are known, by the dataset's full name.
    package let files: [String: PublishedFile]

    /// The datasets of `tasks`; the paths of `files` need not be among `paths`.
    package init(tasks: [String] = [], paths: [String: String] = [:], files: [String: PublishedFile] = [:]) {
        self.tasks = tasks
        self.paths = paths.merging(files.mapValues(\.path)) { _, known in known }
        self.files = files
    }
}

/// A published file of which size and digest are known.
package struct PublishedFile: Equatable, Sendable {
    /// Below D4RL's address.
    package let path: String
    /// The size of the file.
    package let bytes: Int
    /// SHA-256, 64 hexadecimal digits.
    package let sha256: String

    /// The file at `path`, below D4RL's address.
    package init(path: String, bytes: Int, sha256: String) {
        self.path = path
        self.bytes = bytes
        self.sha256 = sha256
    }

    /// The name the file has on disk.
    package var fileName: String { path.split(separator: "/").last.map { String($0) } ?? path }
}

package import Foundation

/// Where the tests were compiled from.
package enum Repository {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../..").standardizedFileURL

    /// A file or folder by its path within the repository: "jobs/test.sh".
    package static func url(_ path: String) -> URL { folder.appendingPathComponent(path) }

    /// The same as a path.
    package static func path(_ path: String) -> String { url(path).path }
}

package import Foundation

/// The repository from which the tests were compiled.
package enum Repository {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../..").standardizedFileURL

    /// The URL of a file or folder, from its path within the repository, such as "jobs/test.sh".
    package static func url(_ path: String) -> URL { folder.appendingPathComponent(path) }

    /// The absolute path of a file or folder, from its path within the repository.
    package static func path(_ path: String) -> String { url(path).path }
}

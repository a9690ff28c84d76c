/// The folder of one case, within the folder of a run.
package struct CaseFolder: Sendable {
    /// The path of the folder, which may not exist yet.
    package let path: String

    /// Refers to the folder at `path`, which need not exist yet.
    package init(_ path: String) { self.path = path }

    /// The path of a file in the folder.
    package func file(_ name: String) -> String { "\(path)/\(name)" }
}

/// The folder of one case, within the folder of a run.
package struct CaseFolder: Sendable {
    /// Where it is, or will be.
    package let path: String

    /// The folder at `path`, which need not be there yet.
    package init(_ path: String) { self.path = path }

    /// A file of the case.
    package func file(_ name: String) -> String { "\(path)/\(name)" }
}

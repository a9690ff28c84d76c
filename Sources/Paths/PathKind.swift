package import Glibc

/// The kind of file at a path, in words for messages.
package enum PathKind: String, Sendable {
    case file = "a file"
    case folder = "a folder"
    case pipe = "a pipe"
    case socket = "a socket"
    case device = "a device"

    /// The kind of file at `path`, following links; nil with `errno` set if there is none or stat(2) fails.
    package init?(ofPath path: String) {
        guard let status = fileStatus(path) else { return nil }
        self.init(mode: status.st_mode)
    }

    /// The kind of file in a mode returned by stat(2).
    package init(mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        case S_IFIFO: self = .pipe
        case S_IFSOCK: self = .socket
        default: self = .device
        }
    }
}

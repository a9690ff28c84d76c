package import Glibc

/// What is at a path, as sentences call it.
package enum PathKind: String, Sendable {
    case file = "a file"
    case folder = "a folder"
    case pipe = "a pipe"
    case socket = "a socket"
    case device = "a device"

    /// What is at `path`, links followed; nil with `errno` where there is nothing or it cannot be looked at.
    package init?(ofPath path: String) {
        guard let status = fileStatus(path) else { return nil }
        self.init(mode: status.st_mode)
    }

    /// What a mode of stat(2) says.
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

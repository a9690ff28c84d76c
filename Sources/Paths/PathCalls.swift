package import Glibc

// The C library's calls that take a path, for paths of any bytes (`PathBytes`). Where this module is imported, a call
// with a string resolves to these functions, because no conversion to a C string is needed.

/// open(2).
package func open(_ path: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 {
    path.withPath { Glibc.open($0, flags, mode) }
}

/// access(2).
package func access(_ path: String, _ mode: Int32) -> Int32 { path.withPath { Glibc.access($0, mode) } }

/// The result of stat(2), which follows links; nil with `errno` set on failure.
///
/// It has another name because a call of `stat` with a string and `&status` would resolve to the C library's function.
package func fileStatus(_ path: String) -> stat? {
    var status = stat()
    return path.withPath { stat($0, &status) } == 0 ? status : nil
}

/// mkdir(2).
package func mkdir(_ path: String, _ mode: mode_t) -> Int32 { path.withPath { Glibc.mkdir($0, mode) } }

/// rename(2).
package func rename(_ from: String, _ to: String) -> Int32 {
    from.withPath { from in to.withPath { Glibc.rename(from, $0) } }
}

/// link(2).
package func link(_ from: String, _ to: String) -> Int32 {
    from.withPath { from in to.withPath { Glibc.link(from, $0) } }
}

/// unlink(2).
@discardableResult
package func unlink(_ path: String) -> Int32 { path.withPath { Glibc.unlink($0) } }

/// rmdir(2).
@discardableResult
package func rmdir(_ path: String) -> Int32 { path.withPath { Glibc.rmdir($0) } }

/// The target of a symbolic link; nil with `errno` set if there is no readable link.
package func readlink(_ path: String) -> String? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = path.withPath { Glibc.readlink($0, &target, target.count) }
    return length < 0 ? nil : PathBytes.text(of: target.prefix(length).map { UInt8(bitPattern: $0) })
}

/// The names in a folder except "." and "..", unordered; nil with `errno` set if it cannot be read.
package func names(inFolder path: String) -> [String]? {
    guard let stream = path.withPath({ opendir($0) }) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
        errno = 0
        guard let entry = readdir(stream) else { return errno == 0 ? names : nil }
        let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
            name.withMemoryRebound(to: CChar.self, capacity: 256) { PathBytes.text(ofCString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
}

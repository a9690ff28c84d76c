import Glibc

/// Runs `body` in this thread with the file permissions of the user nobody, because root may read everything.
package func asNobody<Result>(_ body: () throws -> Result) rethrows -> Result {
    typealias SetFileSystemUser = @convention(c) (uid_t) -> CInt
    guard let function = dlsym(nil, "setfsuid") else { preconditionFailure("setfsuid") }
    let setUser = unsafeBitCast(function, to: SetFileSystemUser.self)
    let before = setUser(geteuid() == 0 ? 65534 : geteuid())
    defer { _ = setUser(uid_t(before)) }
    return try body()
}

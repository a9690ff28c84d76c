import Glibc

/// Sets a file's modification time to `seconds` ago.
package func setAge(of path: String, to seconds: Double) {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    now.tv_sec -= Int(seconds)
    let times = [now, now]
    precondition(utimensat(AT_FDCWD, path, times, 0) == 0, "\(path)")
}

/// Waits for the clock to show another second: time stamps in whole seconds then differ from earlier ones.
package func waitForTheNextSecond() {
    let second = time(nil)
    while time(nil) == second { usleep(5000) }
}

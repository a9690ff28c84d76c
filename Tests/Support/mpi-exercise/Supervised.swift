import Glibc
import MPI
import Supervision

/// Events that a test lets a supervised process cause itself. Each function prints its observations to standard output.
enum Supervised {
    /// One signal is a request, after which the process goes on.
    static func stop(_ world: Communicator) throws {
        Supervision.listenForStop()
        try require(Supervision.isStopRequested, is: false, "a request before the signal", on: world)
        raise(SIGUSR1)
        try require(Supervision.isStopRequested, is: true, "a request after the signal", on: world)
        try require(Supervision.stopSignal, is: SIGUSR1, "the signal", on: world)
        Supervision.forget()
        try require(Supervision.isStopRequested, is: false, "a forgotten request", on: world)
        Supervision.requestStop()
        try require(Supervision.isStopRequested, is: true, "a request that is no signal", on: world)
        try require(Supervision.stopSignal, is: nil, "its signal", on: world)
        raise(SIGTERM)  // the first signal: it does not end the process
        try require(Supervision.stopSignal, is: SIGTERM, "the signal after a request", on: world)
    }

    /// Two signals in immediate succession are one request. After the state is saved a later signal does nothing.
    static func stopOnceDeliveredTwice(_ world: Communicator) throws {
        Supervision.listenForStop()
        raise(SIGUSR1)
        raise(SIGTERM)
        try require(Supervision.stopSignal, is: SIGUSR1, "the first signal", on: world)
        Supervision.ignoreStops()
        usleep(120_000)
        raise(SIGTERM)
    }

    /// Two signals 200 ms apart end the process and remove the file that it was writing.
    static func stopTwice(_ world: Communicator) throws {
        place(world)
        Supervision.listenForStop(tells: true)
        let path = "/tmp/active-bench-stop-twice-\(getpid())"
        close(open(path, O_WRONLY | O_CREAT, 0o600))
        print(path)
        fflush(nil)
        _ = Supervision.noteUnfinished(path)
        raise(SIGHUP)
        usleep(200_000)
        raise(SIGINT)
        throw WrongAnswer(description: "the second signal came back")
    }

    /// Signals that were ignored at the start of the process, as under nohup, stay ignored.
    static func ignoredSignals(_ world: Communicator) throws {
        let all = [SIGINT, SIGHUP, SIGTERM, SIGUSR1]
        for ignored in all {
            for signal in all { Glibc.signal(signal, signal == ignored ? SIG_IGN : SIG_DFL) }
            if ignored != SIGUSR1 { Supervision.endOnSignals() }  // A request for either changes nothing.
            Supervision.listenForStop()
            raise(ignored)
            try require(Supervision.isStopRequested, is: false, "a request by ignored signal \(ignored)", on: world)
            for signal in all where signal != ignored {
                raise(signal)
                try require(Supervision.stopSignal, is: signal, "the signal beside ignored \(ignored)", on: world)
                Supervision.forget()
            }
        }
    }

    /// mpirun, the parent of every rank here, forwards the signal to all ranks.
    static func stopUnderLauncher(_ world: Communicator) throws {
        Supervision.listenForStop()
        try world.barrier()
        if world.rank == 0 { kill(getppid(), SIGUSR1) }
        while !Supervision.isStopRequested { usleep(10_000) }
        try require(Supervision.stopSignal, is: SIGUSR1, "the signal", on: world)
        try world.barrier()
    }

    /// Is disarmed for longer than the limit, then hangs. What counts as a hang is tested without waiting.
    static func hang(_ world: Communicator) {
        Supervision.startWatchdog(seconds: 1_000)
        Supervision.arm()
        Supervision.disarm()
        Supervision.startWatchdog(seconds: 0.1)  // another limit
        usleep(600_000)  // two looks
        place(world)
        Supervision.arm()
        sleep(1_000)
    }

    /// Is stopped for longer than the limit, and goes on.
    static func suspension(_ world: Communicator) throws {
        Supervision.startWatchdog(seconds: 1)
        Supervision.arm()
        let start = monotonicSeconds()
        try suspend()
        Supervision.disarm()
        let gap = monotonicSeconds() - start
        try require(gap >= 1.5, is: true, "a suspension of \(gap) s being one", on: world)
        Supervision.stopWatchdog()
    }

    static func segmentationFault(_ world: Communicator) {
        noteCrashes(world)
        UnsafeMutableRawPointer(bitPattern: 64 + world.rank)?.storeBytes(of: 1, as: UInt8.self)
    }

    static func stackOverflow(_ world: Communicator) {
        noteCrashes(world)
        print(depth(world.rank))
    }

    static func trap(_ world: Communicator) {
        noteCrashes(world)
        fatalError("a programmer's error")
    }

    static func abort(_ world: Communicator) {
        noteCrashes(world)
        Glibc.abort()
    }

    /// Raises a signal as another process would, not by a faulty instruction.
    static func killedBySignal(_ world: Communicator) throws {
        noteCrashes(world)
        kill(getpid(), SIGBUS)
        sleep(1_000)  // The signal may go to another thread.
    }

    static func exitEarly(_ world: Communicator) {
        noteCrashes(world)
        print("last words", terminator: "")  // no newline: reaches the reader only if flushed
        exit(0)
    }

    /// The crash line names the place described last, truncated to the available space.
    static func whereabouts(_ world: Communicator) throws {
        try require(Supervision.where, is: "", "a place never described", on: world)
        Supervision.describe(place: "a")
        try require(Supervision.where, is: "a", "a place", on: world)
        Supervision.enter("training")
        try require(Supervision.where, is: "a, training", "a phase", on: world)
        Supervision.step(1_000_000)
        try require(Supervision.where, is: "a, training at step 1000000", "a step", on: world)
        Supervision.describe(place: "b")
        try require(Supervision.where, is: "b", "the next place", on: world)
        Supervision.describe(place: String(repeating: "x", count: 5_000))
        try require(Supervision.where, is: String(repeating: "x", count: 599), "a long place", on: world)
        Supervision.enter("shut-down")
        try require(Supervision.where.hasSuffix("x, shut-down"), is: true, "a phase after it", on: world)
    }

    private static func place(_ world: Communicator) {
        Supervision.describe(place: "rank \(world.rank) of \(world.size): case IQL/seed-0")
        Supervision.enter("training")
        Supervision.step(7)
    }

    private static func noteCrashes(_ world: Communicator) {
        place(world)
        Supervision.noteCrashes()
    }

    /// Stops this process; a shell continues it after a second and a half.
    private static func suspend() throws {
        let script = "kill -STOP \(getpid()); sleep 1.5; kill -CONT \(getpid())"
        let words: [UnsafeMutablePointer<CChar>?] = ["sh", "-c", script].map { (word: String) in strdup(word) }
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        guard posix_spawn(&child, "/bin/sh", nil, nil, words + [nil], nil) == 0 else {
            throw WrongAnswer(description: "no shell")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    }

    @inline(never) private static func depth(_ n: Int) -> Int {
        withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 8) { bytes in
            bytes[0] = UInt8(truncatingIfNeeded: n)
            return n == .max ? 0 : depth(n + 1) + Int(bytes[0])
        }
    }
}

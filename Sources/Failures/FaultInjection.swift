import Foundation

/// A fault requested by `ACTIVE_BENCH_FAULT`, for tests and for rehearsals on a cluster: "what happens if this node
/// dies while it writes a checkpoint?"
///
///     kill-at-file-call=N        SIGKILL instead of this process's N-th file call (from 1)
///     kill-at-checkpoint-byte=K  SIGKILL when K bytes of the first checkpoint are written
///     case-step=N,kind=K         at gradient step N of a case: throw, trap, exit, segv, hang; or nan: one parameter of a
///                                network that the rank owns (a value network if it has one) becomes NaN
///     sleep=MS                   sleeps MS milliseconds at every gradient step (from case-step on, if given)
///     place=P                    before, in or after that step's exchange instead of between steps; loading: not at a
///                                step but just before the rank reads its first dataset
///     rank=R                     only on this rank of MPI_COMM_WORLD
///
/// Without the variable a fault point costs one comparison.
package struct FaultInjection: Sendable, Equatable {
    /// The fault that happens at a step.
    package enum Kind: String, Sendable, CaseIterable {
        case throwing = "throw"
        /// Violates a precondition.
        case trap
        /// Exits with code 0 without telling the other ranks.
        case exit
        case segv
        /// Hangs forever.
        case hang
        case nan
        case sleep
    }

    /// Where in the step the fault happens.
    package enum Place: String, Sendable, CaseIterable {
        case before
        case inside = "in"
        case after
        case loading
    }

    package var rank: Int?
    /// The number of the file call at which the process is killed, counted from 1.
    package var fileCall: Int?
    package var checkpointByte: Int?
    package var step: Int?
    package var kind: Kind?
    package var milliseconds: Int?
    package var place: Place?

    /// The fault requested by this process's environment; nil for none.
    package static let current: FaultInjection? = try? asked.get()

    private static let asked: Result<FaultInjection?, HarnessError> = Result { () throws(HarnessError) in
        guard let text = ProcessInfo.processInfo.environment["ACTIVE_BENCH_FAULT"], !text.isEmpty else { return nil }
        return try FaultInjection(text)
    }

    /// Checks `ACTIVE_BENCH_FAULT` before anything runs: a rehearsal whose fault never happens would prove nothing.
    ///
    /// - Throws: `HarnessError.usage` for a value that cannot be parsed.
    package static func validate() throws { _ = try asked.get() }

    /// Triggers the requested fault if this is its step, rank and place. Called by training loops.
    ///
    /// - `step`: number of gradient steps in this case, including the current one.
    /// - `place`: nil between steps.
    /// - `spoil`: sets a parameter to NaN.
    /// - Throws: `InjectedFault`.
    @inline(__always)
    package static func atStep(_ step: Int, rank: Int, place: Place? = nil, spoil: () -> Void = {}) throws {
        if let current { try current.act(at: step, rank: rank, place: place, spoil: spoil) }
    }

    /// Triggers the fault requested for the loading of datasets, such as a stalled file system
    /// (`place=loading,kind=hang`).
    ///
    /// - Throws: `InjectedFault`.
    package static func atLoading(rank: Int) throws {
        guard let current, current.place == .loading, current.applies(toRank: rank), let kind = current.kind else {
            return
        }
        if kind == .sleep { usleep(UInt32(clamping: (current.milliseconds ?? 0) * 1000)) }
        try current.strike(kind, step: 0, rank: rank)
    }

    /// Whether the fault applies to rank `other`.
    package func applies(toRank other: Int) -> Bool { rank == nil || rank == other }

    /// Does the same for this fault, whatever the environment says.
    ///
    /// - `sleep`: waits the given number of microseconds; a test passes its own.
    @inline(never)
    package func act(
        at step: Int, rank: Int, place: Place?, spoil: () -> Void = {}, sleep: (UInt32) -> Void = { usleep($0) }
    ) throws {
        guard let kind, applies(toRank: rank), self.place == place else { return }
        if kind == .sleep {
            if step >= self.step ?? 0 { sleep(UInt32(clamping: (milliseconds ?? 0) * 1000)) }
            return
        }
        guard step == self.step else { return }
        try strike(kind, step: step, rank: rank, spoil: spoil)
    }

    private func strike(_ kind: Kind, step: Int, rank: Int, spoil: () -> Void = {}) throws {
        switch kind {
        case .throwing: throw InjectedFault(step: step, rank: rank)
        case .trap: fatalError("injected fault")
        case .exit: Glibc.exit(0)
        // Accesses invalid memory: handlers such as Swift's treat a sent signal differently.
        case .segv: UnsafeMutablePointer<UInt8>(bitPattern: Int(getpagesize()) / 2)?.pointee = 1
        case .hang: while true { Glibc.sleep(3600) }
        case .nan: spoil()
        case .sleep: break
        }
    }
}

/// The error thrown for `kind=throw`.
package struct InjectedFault: Error, Equatable, CustomStringConvertible {
    package let step: Int
    package let rank: Int

    package var description: String { "injected fault at step \(step) on rank \(rank)" }
}

extension FaultInjection {
    /// Reads "key=value,key=value".
    ///
    /// - Throws: `HarnessError.usage` with one sentence.
    package init(_ text: String) throws(HarnessError) {
        for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
            guard parts.count == 2 else {
                throw FaultInjection.refusal("expected key=value pairs with commas between, found '\(pair)'")
            }
            try set(parts[0], parts[1])
        }
        if kind == nil && milliseconds != nil { kind = .sleep }
        if kind == .sleep && milliseconds == nil {
            throw FaultInjection.refusal("kind=sleep needs sleep=MILLISECONDS")
        }
        if place == .loading {
            guard kind != nil, kind != .nan, step == nil else {
                throw FaultInjection.refusal("place=loading needs a kind other than nan, and no case-step")
            }
        } else if kind != .sleep && (kind == nil) != (step == nil) {
            throw FaultInjection.refusal("case-step and kind need each other")
        }
    }

    private mutating func set(_ key: String, _ value: String) throws(HarnessError) {
        switch key {
        case "rank": rank = try FaultInjection.number(key, value, from: 0)
        case "kill-at-file-call": fileCall = try FaultInjection.number(key, value, from: 1)
        case "kill-at-checkpoint-byte": checkpointByte = try FaultInjection.number(key, value, from: 0)
        case "case-step": step = try FaultInjection.number(key, value, from: 1)
        case "sleep": milliseconds = try FaultInjection.number(key, value, from: 0)
        case "kind": kind = try FaultInjection.word(key, value)
        case "place": place = try FaultInjection.word(key, value)
        default:
            throw FaultInjection.refusal(
                "unknown key '\(key)', expected one of case-step, kill-at-checkpoint-byte, kill-at-file-call, kind, "
                    + "place, rank, sleep")
        }
    }

    private static func number(_ key: String, _ value: String, from least: Int) throws(HarnessError) -> Int {
        guard let number = Int(value), (least...1_000_000_000_000).contains(number) else {
            throw refusal("\(key)=\(value): expected a whole number from \(least) on")
        }
        return number
    }

    private static func word<Word>(_ key: String, _ value: String) throws(HarnessError) -> Word
    where Word: RawRepresentable<String> & CaseIterable {
        guard let word = Word(rawValue: value) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw refusal("\(key)=\(value): expected one of \(words)")
        }
        return word
    }

    private static func refusal(_ what: String) -> HarnessError { .usage("ACTIVE_BENCH_FAULT: \(what)") }
}

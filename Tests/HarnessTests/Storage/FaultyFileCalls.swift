import Foundation
import Storage
import Synchronization

/// The system's file calls, one of which fails.
final class FaultyFileCalls: Sendable {
    enum Kind: Sendable { case open, read, write, sync, close, truncate, rename, link, unlink, makeFolder }

    enum Fault: Sendable {
        /// The call is not made and returns this error number.
        case error(Int32)
        /// A read or write of more than one byte transfers half of its bytes.
        case half
        /// A write transfers no bytes.
        case nothing
        /// This call and all later ones fail without effect, as if the process had been killed.
        case death
    }

    private let fault: Fault?
    private let index: Int
    private let kind: Kind?
    private let made = Mutex(0)

    /// - Parameters:
    ///   - fault: the fault; nil only counts calls.
    ///   - index: the call that fails, counted from 1.
    ///   - kind: the kind of calls that are counted; nil for all.
    init(_ fault: Fault?, at index: Int = 0, of kind: Kind? = nil) {
        self.fault = fault
        self.index = index
        self.kind = kind
    }

    /// The number of calls so far.
    var count: Int { made.withLock { $0 } }

    /// Runs `body` with these calls.
    func run<Value>(_ body: () throws -> Value) rethrows -> Value {
        try FileCalls.$current.withValue(calls, operation: body)
    }

    private var calls: FileCalls {
        let plain = FileCalls.plain
        var calls = plain
        calls.open = { path, flags, mode in self.failure(.open) ?? plain.open(path, flags, mode) }
        calls.read = { descriptor, bytes, offset in
            self.failure(.read, bytes.count) { plain.read(descriptor, .init(rebasing: bytes[..<$0]), offset) }
                ?? plain.read(descriptor, bytes, offset)
        }
        calls.write = { descriptor, bytes, offset in
            self.failure(.write, bytes.count) { plain.write(descriptor, .init(rebasing: bytes[..<$0]), offset) }
                ?? plain.write(descriptor, bytes, offset)
        }
        calls.sync = { self.failure(.sync) ?? plain.sync($0) }
        calls.close = { descriptor in
            let result = plain.close(descriptor)  // On Linux the descriptor is closed whatever close returns.
            return self.failure(.close) ?? result
        }
        calls.truncate = { self.failure(.truncate) ?? plain.truncate($0, $1) }
        calls.rename = { self.failure(.rename) ?? plain.rename($0, $1) }
        calls.link = { self.failure(.link) ?? plain.link($0, $1) }
        calls.unlink = { self.failure(.unlink) ?? plain.unlink($0) }
        calls.makeFolder = { self.failure(.makeFolder) ?? plain.makeFolder($0) }
        return calls
    }

    /// The result of a call that fails; nil for a call that is made normally.
    private func failure(_ kind: Kind, _ bytes: Int = 0, part: (Int) -> Int = { _ in 0 }) -> Int? {
        guard self.kind == nil || self.kind == kind else { return nil }
        let number = made.withLock {
            $0 += 1
            return $0
        }
        switch fault {
        case .error(let code)? where number == index: return -Int(code)
        case .half? where number == index && bytes > 1: return part(bytes / 2)
        case .nothing? where number == index && kind == .write: return 0
        case .death? where number >= index: return -Int(EIO)
        default: return nil
        }
    }
}

import Foundation
import Paths

/// An identity that distinguishes a process from every other, on any machine; used in temporary files, claims,
/// heartbeats and runs.
///
/// Host names and process numbers are not enough: containers, cloned machines and restarts repeat them. A kernel is
/// known by its boot id; a process on it by its PID namespace, number and start time. Machines cloned while running
/// share all of these, so every process also draws random bits.
package struct ProcessIdentity: Sendable, Hashable, LosslessStringConvertible, Codable {
    /// Hash (48 bits) of the kernel's boot id and the PID and time namespaces; nil if /proc does not show them.
    package var kernel: UInt64?
    /// The process number in its namespace.
    package var pid: Int32
    /// The process's start in clock ticks since the kernel started, because numbers are reused.
    package var start: UInt64
    /// Random bits drawn once by the process.
    package var random: UInt64

    static let kernelMask: UInt64 = (1 << 48) - 1

    package init(kernel: UInt64?, pid: Int32, start: UInt64, random: UInt64) {
        self.kernel = kernel
        self.pid = pid
        self.start = start
        self.random = random
    }

    /// "1f2e3d4c5b6a-3039-1a2b3c-0123456789abcdef", for file names: kernel, number, start and random bits in
    /// hexadecimal, at most 48 characters.
    package var description: String {
        let place = kernel.map { $0.zeroPadded(to: 12, radix: 16) } ?? "unknown"
        return "\(place)-\(String(pid, radix: 16))-\(String(start, radix: 16))-"
            + random.zeroPadded(to: 16, radix: 16)
    }

    /// Parses what `description` wrote; nil for anything else, such as the host name and number that older versions
    /// wrote.
    package init?(_ description: String) {
        let words = description.split(separator: "-", omittingEmptySubsequences: false)
        guard words.count == 4, words[0] == "unknown" || words[0].count == 12, words[3].count == 16,
            let pid = pid_t(words[1], radix: 16), let start = UInt64(words[2], radix: 16),
            let random = UInt64(words[3], radix: 16)
        else { return nil }
        self.init(kernel: UInt64(words[0], radix: 16), pid: pid, start: start, random: random)
        guard self.description == description else { return nil }
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let identity = ProcessIdentity(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "expected a process, found '\(text)'"))
        }
        self = identity
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Whether the process has ended (true) or is alive (false); nil if this process cannot tell: for other
    /// kernels or namespaces, without a marker file, or if other users' processes are hidden.
    package var hasEnded: Bool? {
        let own = CurrentProcess.identity
        if self == own { return false }
        guard kernel != nil, kernel == own.kernel, ProcessMarker.isThere(of: self) else { return nil }
        guard kill(pid, 0) == 0 || errno != ESRCH else { return true }
        switch ProcessState(of: pid) {
        case .started(let ticks): return ticks != start
        case .zombie: return true
        case .nothing: return nil
        }
    }
}

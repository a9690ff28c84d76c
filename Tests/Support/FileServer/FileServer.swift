import Foundation
import Synchronization

/// A web server for files on this machine that can cut connections and refuse ranges.
package final class FileServer: Sendable {
    /// The file at an address.
    package struct File: Sendable {
        /// The body of a complete answer.
        package var bytes: [UInt8]
        /// The number of bytes of the body after which the connection is cut,
        /// for each answer in turn; later answers are complete.
        package var cuts: [Int]
        /// Whether the server supports requests for a part of the file.
        package var knowsRanges: Bool

        package init(_ bytes: [UInt8], cuts: [Int] = [], knowsRanges: Bool = true) {
            self.bytes = bytes
            self.cuts = cuts
            self.knowsRanges = knowsRanges
        }
    }

    /// A request that was received.
    package struct Request: Equatable, Sendable {
        package var path: String
        /// The first byte asked for.
        package var start: Int

        package init(_ path: String, from start: Int = 0) {
            self.path = path
            self.start = start
        }
    }

    private struct State {
        var files: [String: File] = [:]
        var requests: [Request] = []
    }

    private let state = Mutex(State())
    private let socket: Int32
    private let port: UInt16

    /// Serves on a free port of this machine for the lifetime of the object.
    package init() {
        let listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        precondition(bound, String(cString: strerror(errno)))
        socket = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                self?.answer(connection)
                close(connection)
            }
            close(listener)
        }
    }

    deinit { shutdown(socket, Int32(SHUT_RDWR)) }

    /// "http://127.0.0.1:PORT/", without a path.
    package var address: String { "http://127.0.0.1:\(port)/" }

    /// All requests so far.
    package var requests: [Request] { state.withLock { $0.requests } }

    /// The file at `path`; without one the answer is 404.
    package subscript(path: String) -> File? {
        get { state.withLock { $0.files[path] } }
        set { state.withLock { $0.files[path] = newValue } }
    }

    private func answer(_ connection: Int32) {
        let words = readHead(connection).split(separator: "\r\n").map { $0.split(separator: " ") }
        guard let path = words.first?.dropFirst().first?.dropFirst() else { return }
        let range = words.first { $0.first?.lowercased() == "range:" }?.last
        let asked = range.flatMap { Int($0.dropFirst("bytes=".count).prefix { $0 != "-" }) } ?? 0
        let (file, cut) = state.withLock { state in
            state.requests.append(Request(String(path), from: asked))
            let file = state.files[String(path)]
            let cut = file?.cuts.first
            if cut != nil { state.files[String(path)]?.cuts.removeFirst() }
            return (file, cut)
        }
        guard let file else { return send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".utf8, connection) }
        let start = file.knowsRanges ? asked : 0
        guard start == 0 || start < file.bytes.count else {
            return send("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n".utf8, connection)
        }
        let body = file.bytes[start...]
        let head =
            start == 0
            ? "200 OK"
            : "206 Partial Content\r\nContent-Range: bytes \(start)-\(file.bytes.count - 1)/\(file.bytes.count)"
        // A folder's page is HTML; pip reads no other.
        let type = path.hasSuffix("/") ? "text/html" : "application/octet-stream"
        send(
            "HTTP/1.1 \(head)\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
                .utf8, connection)
        send(body.prefix(cut ?? body.count), connection)
    }

    /// A request's lines.
    private func readHead(_ connection: Int32) -> String {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) == 1 {
            head.append(byte)
            if head.suffix(4) == Array("\r\n\r\n".utf8)[...] { break }
        }
        return String(decoding: head, as: UTF8.self)
    }

    private func send(_ bytes: some Collection<UInt8>, _ connection: Int32) {
        var left = Array(bytes)[...]
        while !left.isEmpty {
            let count = left.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            left = left.dropFirst(count)
        }
    }
}

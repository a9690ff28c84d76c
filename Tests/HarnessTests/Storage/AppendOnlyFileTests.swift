import Datasets
import Failures
import Foundation
import Paths
import ScratchFiles
import Storage
import Testing

@Suite struct AppendOnlyFileTests {
    private let folder = TemporaryFolder()
    private var path: String { folder("curve.csv") }

    /// Writes a file of `rows` rows; returns its length after each.
    private func grown(_ rows: Int, at path: String) throws -> [OutputLength] {
        let file = AppendOnlyFile(path)
        try file.createEmpty()
        var positions = [file.position]
        for row in 0..<rows {
            try file.append("\(row),\(Double(row) / 7)\n")
            positions.append(file.position)
        }
        try file.sync()
        try file.close()
        return positions
    }

    @Test func knowsItsLength() throws {
        let positions = try grown(100, at: path)
        #expect(positions[0].bytes == 0 && positions[1] != positions[0])
        #expect(positions[100].name == "curve.csv" && positions[100].bytes == bytes(of: path).count)
        #expect(try positions[100].sha256 == sha256(ofFile: path))
        put(bytes(of: path).prefix(positions[40].bytes), at: folder("part"))
        #expect(try positions[40].sha256 == sha256(ofFile: folder("part")))
    }

    @Test(arguments: [0, 1, 57, 100]) func resumesAtAnyRow(_ row: Int) throws {
        let positions = try grown(100, at: path)
        let whole = bytes(of: path)
        let file = AppendOnlyFile(path)
        try file.resume(at: positions[row])
        #expect(file.position == positions[row] && bytes(of: path).count == positions[row].bytes)
        for row in row..<100 { try file.append("\(row),\(Double(row) / 7)\n") }
        #expect(file.position == positions[100])
        try file.close()
        #expect(bytes(of: path) == whole)
    }

    /// The file is longer than one read buffer.
    @Test func ofAnyLength() throws {
        let file = AppendOnlyFile(path)
        try file.createEmpty()
        for _ in 0..<20 { try file.append(String(repeating: "0123456789", count: 1000)) }
        let position = file.position
        try file.append("more")
        try file.resume(at: position)
        #expect(file.position == position && bytes(of: path).count == 200_000)
    }

    @Test func refusesChangedFiles() throws {
        let position = try grown(100, at: path)[50]
        let whole = bytes(of: path)
        var damaged = whole
        damaged[position.bytes - 1] ^= 1
        let cases: [([UInt8]?, String)] = [
            (damaged, "its first \(position.bytes) bytes have changed"),
            (Array(whole.prefix(position.bytes - 1)), "expected \(position.bytes) bytes, found \(position.bytes - 1)"),
            ([], "expected \(position.bytes) bytes, found 0"), (nil, "found no file"),
        ]
        for (contents, words) in cases {
            if let contents { put(contents, at: path) } else { unlink(path) }
            let error = #expect(throws: HarnessError.self) { try AppendOnlyFile(path).resume(at: position) }
            let sentence = error.map { "\($0)" } ?? ""
            #expect(error?.exitStatus == .badInput)
            #expect(
                sentence.hasPrefix("\(path): changed since the checkpoint") && sentence.contains(words), "\(sentence)")
            if let contents { #expect(bytes(of: path) == contents, "a refused file is unchanged") }
        }
    }

    @Test func aFailedRowIsWrittenOver() throws {
        let file = AppendOnlyFile(path)
        try file.createEmpty()
        try file.append("a,b\n")
        let before = file.position
        let error = #expect(throws: HarnessError.self) {
            try FaultyFileCalls(.error(ENOSPC), at: 1, of: .write).run { try file.append("1,2\n") }
        }
        #expect(error == .io(path: path, operation: "write 4 bytes", code: ENOSPC))
        #expect(file.position == before)
        try FaultyFileCalls(.half, at: 1, of: .write).run { try file.append("3,4\n") }
        try FaultyFileCalls(.error(EINTR), at: 1).run { try file.append("5,6\n") }
        #expect(text(of: path) == "a,b\n3,4\n5,6\n")
        let sync = #expect(throws: HarnessError.self) {
            try FaultyFileCalls(.error(EIO), at: 1, of: .sync).run { try file.sync() }
        }
        #expect(sync == .io(path: path, operation: "fsync", code: EIO))
    }

    @Test func aFileThatIsNotOpenIsAnError() throws {
        let file = AppendOnlyFile(path)
        #expect(throws: HarnessError.self) { try file.append("x") }
        #expect(folder.contents.isEmpty)
        try file.createEmpty()
        try file.close()
        try file.close()
        #expect(throws: HarnessError.self) { try file.sync() }
        #expect(throws: HarnessError.self) { try AppendOnlyFile(folder("absent/x")).createEmpty() }
    }
}

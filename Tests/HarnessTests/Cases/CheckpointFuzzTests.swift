import Cases
import Datasets
import Failures
import Foundation
import ScratchFiles
import Testing
import SplitMix

/// No damaged checkpoint is ever accepted, whatever the damage.
@Suite struct CheckpointFuzzTests {
    private let good: Data

    init() throws { good = try ExampleCheckpoint.make(step: 20, numbers: 12_000).encoded() }

    /// The sentence with which a file is refused; nil, and a failed test, if it is accepted.
    private func refusal(_ data: Data, _ what: String) -> String? {
        let error = #expect(throws: CheckpointError.self, "\(what) was accepted") {
            try Checkpoint.decode(data, path: "x")
        }
        guard let error else { return nil }
        #expect(error.exitStatus == .badInput)
        let sentence = "\(error)"
        #expect(sentence.hasPrefix("x: cannot resume from it: ") && sentence.count > 40, "\(what): \(sentence)")
        return sentence
    }

    private func edited(_ offset: Int, _ bytes: [UInt8]) -> Data {
        var data = good
        data.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        return data
    }

    @Test func theWholeIsAccepted() throws {
        #expect(try Checkpoint.decode(good, path: "x").step == 20)
        #expect(good.count > 48_000)
    }

    @Test func truncatedAnywhere() {
        for length in stride(from: 0, to: good.count, by: 256) {
            let sentence = refusal(good.prefix(length), "\(length) bytes")
            #expect(sentence?.contains(length < 64 ? "too few" : "found \(length - 64) bytes of both") == true)
        }
        _ = refusal(good.dropLast(), "one byte less")
        _ = refusal(good + Data([0]), "one byte more")
    }

    @Test func anyBitFlipped() {
        let seed: UInt64 = 20_261_122
        print("checkpoint fuzz: 2000 bits with seed \(seed)")
        var random = SplitMix64(seed: seed)
        for _ in 0..<2000 {
            let bit = Int(random.next() % UInt64(good.count * 8))
            var data = good
            data[bit / 8] ^= 1 << UInt8(bit % 8)
            _ = refusal(data, "bit \(bit)")
        }
        for bit in 0..<64 * 8 {  // Every bit of the prologue, which describes the rest.
            var data = good
            data[bit / 8] ^= 1 << UInt8(bit % 8)
            _ = refusal(data, "bit \(bit)")
        }
    }

    @Test func saysWhatIsWrong() {
        #expect(refusal(edited(8, [2, 0, 0, 0]), "format")?.hasSuffix("format 2; this program reads 1") == true)
        #expect(refusal(edited(8, [0, 0, 0, 0]), "format")?.hasSuffix("format 0; this program reads 1") == true)
        let foreign = edited(8, [0, 0, 0, 1, 1, 2, 3, 4])
        #expect(refusal(foreign, "byte order")?.hasSuffix("machine of the other byte order") == true)
        #expect(refusal(edited(0, [0x50]), "magic")?.hasSuffix("does not begin as a checkpoint") == true)
        #expect(refusal(edited(100, [0xFF]), "header")?.contains("SHA-256") == true)
        let endless = [UInt8](repeating: 0xFF, count: 16)
        #expect(refusal(edited(16, endless), "lengths")?.contains("bytes of header") == true)
    }

    /// Correct digests over invalid contents, as only a program could write them.
    @Test func invalidContents() throws {
        let text = String(decoding: good, as: UTF8.self)
        let real = Checkpoint.real
        try #require(text.contains(#""real":"\#(real)""#) && text.contains(#""count":12000"#))
        let edits: [(from: String, to: String, sentence: String)] = [
            (#""real":"\#(real)""#, #""real":"\#(String(real.map { _ in "H" }))""#, "holds numbers of type HH"),
            (#""count":12000"#, #""count":12001"#, "beyond the file's tensors"),
            (#""count":12000"#, #""count":11999"#, "bytes follow the last tensor"),
            (#""count":12000"#, #""count":-1200"#, "beyond the file's tensors"),
            (#""step":20,"#, #""step":2x,"#, "not valid JSON"),
            ("7ff8000000000000", "7ff800000000000g", "16 hexadecimal digits"),
        ]
        for edit in edits {
            let found = try #require(good.firstRange(of: Data(edit.from.utf8)), "\(edit.from)")
            let data = try signed(edited(found.lowerBound, Array(edit.to.utf8)))
            #expect(refusal(data, edit.to)?.contains(edit.sentence) == true, "\(edit)")
        }
    }

    /// The data with the digest of their bytes, computed by `sha256sum`.
    private func signed(_ data: Data) throws -> Data {
        let folder = TemporaryFolder()
        let body = data.dropLast(32)
        put(body, at: folder("body"))
        let digits = Array(try sha256(ofFile: folder("body")))
        let digest = stride(from: 0, to: 64, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
        return body + Data(digest)
    }
}

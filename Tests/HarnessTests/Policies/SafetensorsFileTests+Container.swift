import Failures
import Foundation
import Policies
import ScratchFiles
import Testing

// The header and the places of tensors in the file.
extension SafetensorsFileTests {
    @Test func damagedContainers() {
        let whole = file(Self.policy)
        let json = { (entries: String) in #"{"__metadata__":\#(Self.metadata),\#(entries)}"# }
        let bias = #""mean.bias":{"dtype":"F32","shape":[2],"data_offsets":"#
        let cases: [(file: [UInt8], sentence: String)] = [
            (whole + [0, 0, 0], "3 bytes follow the last tensor"),
            (
                file(json: json(bias + "[4,12]}"), body: Array(repeating: 0, count: 12)),
                "the 4 bytes before tensor mean.bias belong to no tensor"
            ),
            (
                file(
                    json: json(bias + #"[0,8]},"x":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}"#),
                    body: Array(repeating: 0, count: 16)),
                "the 4 bytes before tensor x belong to no tensor"
            ),
            (
                file(
                    json: json(bias + #"[0,8]},"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}"#),
                    body: Array(repeating: 0, count: 12)),
                "tensors mean.bias and x share bytes"
            ),
            (
                file(json: json(bias + "[0,8]}," + bias + "[0,8]}"), body: Array(repeating: 0, count: 8)),
                "the safetensors header has 'mean.bias' more than once"
            ),
            (
                file(json: json(bias + #"[0,8]},"mean.bia\u0073":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#)),
                "the safetensors header has 'mean.bias' more than once"
            ),
            (
                file(json: #"{"__metadata__":{"head":"gaussian","head":"deterministic"}}"#),
                "the safetensors header has 'head' more than once"
            ),
            (
                file(json: #"{"__metadata__":{"head":"gaussian","seed":3}}"#),
                "the safetensors header's __metadata__ contains values other than strings"
            ),
            (
                file(json: #"{"__metadata__":[1]}"#),
                "the safetensors header's __metadata__ contains values other than strings"
            ),
            (
                file(json: json(#""x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}"#)),
                "the safetensors header is not a valid JSON object"
            ),
            (
                file(json: json(#""x":{"dtype":"F32","shape":[2]}"#)),
                "the safetensors header's 'x' is not a tensor: expected dtype, shape and data_offsets"
            ),
            (littleEndian(UInt64(4)) + [0x7B, 0x22, 0xE4, 0x7D], "the safetensors header is not UTF-8"),
            (file(json: "\u{FEFF}{}"), "the safetensors header is not a valid JSON object"),
            (file(json: " {}"), "the safetensors header is not a valid JSON object"),
            (file(json: "{}\0"), "the safetensors header is not a valid JSON object"),
            // UTF-16 that is also valid UTF-8: the bytes of its characters are closing brackets.
            (
                utf16("{\"__metadata__\":{\"x\":\"\u{7D7D}\u{7D7D}\u{7D7D}\u{7D7D}\"}}"),
                "the safetensors header is not a valid JSON object"
            ),
            (
                Array("PK\u{3}\u{4}".utf8) + Array(repeating: 0, count: 400),
                "expected a safetensors file, found a zip archive"
            ),
            (
                Array("version https://git-lfs.github.com/spec/v1\n".utf8),
                "expected a safetensors file, found a Git LFS pointer (`git lfs pull` "
            ),
            (Array("<!DOCTYPE html><html>".utf8), "expected a safetensors file, found an HTML page"),
            (
                [0x80, 2, 0x8A, 0x0A] + Array(repeating: 1, count: 40),
                "expected a safetensors file, found a Python pickle"
            ),
            (Array("PAR1".utf8) + Array(repeating: 1, count: 40), "expected a safetensors file, found a Parquet file"),
            ([0x89] + Array("HDF\r\n\u{1A}\n".utf8) + [0, 0], "expected a safetensors file, found an HDF5 file"),
            // Headers of 35,615 and 640 bytes begin like gzip and a pickle.
            ([0x1F, 0x8B, 0, 0, 0, 0, 0, 0] + Array("{}".utf8), "header of 35615 bytes in a file of 10: truncated"),
            ([0x80, 2, 0, 0, 0, 0, 0, 0] + Array("{}".utf8), "header of 640 bytes in a file of 10: truncated"),
        ]
        for (file, sentence) in cases {
            let found = refusal(file)
            #expect(found.hasPrefix(sentence), "\(found)")
        }
        #expect(refusal(whole).isEmpty)
    }

    /// The length exceeds the limit of the format's own library; the file is sparse and takes no space.
    @Test func aHeaderBeyondTheLimit() throws {
        put(littleEndian(UInt64(100_000_001)), at: path)
        truncate(path, 100_000_009)
        #expect(
            throws: HarnessError.badInput(
                "\(path): not a safetensors file: its first 8 bytes would be a header's length of 100000001 bytes, where the "
                    + "format allows 100000000")
        ) {
            try PolicyFile.read(path)
        }
    }
}

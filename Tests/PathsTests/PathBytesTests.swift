import Foundation
import Paths
import ScratchFiles
import Testing

@Suite struct PathBytesTests {
    private static let examples: [[UInt8]] = [
        Array("plain".utf8), Array("größe 10 % \n".utf8), [0x6D, 0xE4, 0x72, 0x7A], [0xFF], [0xC3], [0xE2, 0x82],
        [0xF0, 0x9F, 0x98], Array("😀".utf8) + [0x80, 0xBF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80],
        Array("e".utf8) + [0xCC, 0x81, 0xE9], Array(0x80...0xFF), Array("%%41%".utf8),
        // The characters that stand for invalid bytes are themselves encoded byte by byte where they occur in a name.
        Array("\u{10FF80}".utf8), Array("a\u{10FFE4}\u{10FF7F}".utf8), Array("\u{10FFFF}".utf8) + [0xFF],
    ]

    @Test(arguments: examples) func bytesComeBack(bytes: [UInt8]) {
        let text = PathBytes.text(of: bytes)
        #expect(PathBytes.bytes(of: text) == bytes)
        #expect(text.withPath { String(cString: $0) } == String(decoding: bytes, as: UTF8.self))
        #expect(PathBytes.shown(text).utf8.elementsEqual(PathBytes.shown(PathBytes.shown(text)).utf8))
        #expect(PathBytes.bytes(of: PathBytes.shown(text)) == Array(PathBytes.shown(text).utf8), "it shows as text")
    }

    @Test func differentBytesAreDifferentText() {
        #expect(Set(Self.examples.map { PathBytes.text(of: $0) }).count == Self.examples.count)
        #expect(PathBytes.text(of: [0xE4]) != PathBytes.text(of: Array("\u{10FFE4}".utf8)))
        #expect(PathBytes.text(of: Array("\u{10FF7F}".utf8)) == "\u{10FF7F}", "the last that stands for itself")
    }

    @Test func textStaysWhatItIs() {
        for text in ["", "/a/b", "größe", "e\u{301}", "日本", "\u{FFFD}"] {
            #expect(PathBytes.text(of: Array(text.utf8)).utf8.elementsEqual(text.utf8))
            #expect(PathBytes.shown(text).utf8.elementsEqual(text.utf8))
        }
        #expect(PathBytes.shown(PathBytes.text(of: [0x6D, 0xE4, 0x72])) == "m\u{FFFD}r")
    }

    /// Paths of any bytes can be created, listed, inspected, renamed and removed.
    @Test(arguments: examples) func callsTakeAnyBytes(bytes: [UInt8]) {
        let folder = TemporaryFolder()
        let path = folder(PathBytes.text(of: bytes))
        #expect(mkdir(path, 0o777) == 0 && access(path, F_OK) == 0 && fileStatus(path) != nil)
        #expect(names(inFolder: folder.path).map { $0.map { PathBytes.bytes(of: $0) } } == [bytes])
        let descriptor = open("\(path)/file", O_WRONLY | O_CREAT, 0o666)
        #expect(descriptor >= 0)
        close(descriptor)
        #expect(rename("\(path)/file", "\(path)2") == 0 && unlink("\(path)2") == 0 && rmdir(path) == 0)
        #expect(names(inFolder: path) == nil && errno == ENOENT)
    }

    @Test func linksAreFollowedToAbsentFiles() throws {
        let folder = TemporaryFolder()
        func link(_ name: String, to target: String) { symlink(target, folder(name)) }
        _ = mkdir(folder("scratch"), 0o777)
        link("relative", to: "scratch/file")
        link("absolute", to: folder("scratch/file"))
        link("chain", to: "relative")
        link("home", to: "scratch")
        link("loop", to: "loop")
        link("ping", to: "pong")
        link("pong", to: "ping")
        for name in ["relative", "chain"] {
            #expect(try OutputPath.target(of: folder(name)) == folder("scratch/file"))
        }
        #expect(try OutputPath.target(of: folder("absolute")) == folder("scratch/file"))
        #expect(try OutputPath.target(of: folder("home/new")) == folder("home/new"), "the system follows folders")
        for name in ["loop", "ping"] {
            #expect(throws: OutputPath.LinkLoop.self) { try OutputPath.target(of: folder(name)) }
        }
    }

    @Test func temporaryNamesAreShortEnough() {
        let suffix = ".tmp-" + String(repeating: "i", count: 48)
        for length in [1, 100, 202, 203, 240, 255] {
            for letter in ["e", "ü", PathBytes.text(of: [0xE4])] {
                let name = String(repeating: letter, count: max(1, length / PathBytes.bytes(of: letter).count))
                let temporary = OutputPath.temporary(for: "/some/folder/\(name)", suffix: suffix)
                #expect(temporary.hasPrefix("/some/folder/\(letter)") && temporary.hasSuffix(suffix))
                #expect(PathBytes.bytes(of: temporary).count <= "/some/folder/".count + 255)
            }
        }
        #expect(OutputPath.temporary(for: "x", suffix: ".tmp") == "x.tmp")
    }
}

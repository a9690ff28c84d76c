import Foundation
import Testing

/// Only the module Console writes to standard output or standard error.
@Suite struct OnePlaceTests {
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Sources").standardizedFileURL

    /// Calls that write to a standard stream without handling errors: they trap or lose the text silently.
    private static let writers = [
        #"\b(print|debugPrint|dump|puts|fputs|putchar|putc|fputc|perror|printf|vprintf)\("#,
        #"\b(v?f|v?d|f?w)printf\("#, #"FileHandle\.standard(Output|Error|Input)"#, #""/dev/(std|fd/|tty)"#,
        #"\bSTD(OUT|ERR)_FILENO\b"#, #"(^|[^.\w"])std(out|err)\b"#,
    ]

    /// Calls that only ask about a stream and write nothing.
    private static let questions = ["isatty(STDOUT_FILENO)", "isatty(STDERR_FILENO)"]

    private static let search = Result { try NSRegularExpression(pattern: writers.joined(separator: "|")) }

    private static func writes(_ line: some StringProtocol) throws -> Bool {
        let code = line.range(of: "//").map { line[..<$0.lowerBound] } ?? line[...]
        let rest = questions.reduce(String(code)) { $0.replacingOccurrences(of: $1, with: "") }
        return try search.get().firstMatch(in: rest, range: NSRange(rest.startIndex..., in: rest)) != nil
    }

    @Test func noOtherModuleWrites() throws {
        let files = try #require(FileManager.default.subpaths(atPath: Self.sources.path)).filter { name in
            [".swift", ".c", ".h"].contains { name.hasSuffix($0) } && !name.contains("Console/")
        }
        #expect(files.count > 200, "the sources are there")
        for name in files {
            let text = try String(contentsOf: Self.sources.appendingPathComponent(name), encoding: .utf8)
            for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                #expect(
                    try !Self.writes(line),
                    "Sources/\(name):\(number + 1): \(line): left to Console.emit and Console.note")
            }
        }
    }

    /// The detector recognises the calls that it is meant to find.
    @Test(arguments: [
        ("print(table)", true), ("    fprintf(stderr, \"x\");", true), ("FileHandle.standardError.write(x)", true),
        ("write(STDERR_FILENO, p, n)", true), ("if (isatty(STDERR_FILENO)) puts(\"x\");", true), ("dump(x)", true),
        ("print(x, to: &stderr)", true), ("dprintf(2, \"x\")", true), ("vfprintf(file, x, y)", true),
        ("setvbuf(stdout, 0, _IONBF, 0)", true), ("open(\"/dev/stderr\", O_WRONLY)", true),
        ("let fingerprint = fingerprint(of: x)", false), ("snprintf(text, 3, \"x\")", false), ("inputs(\"x\")", false),
        ("process.standardOutput = pipe", false), ("isatty(STDOUT_FILENO) == 1", false), ("// print(x)", false),
    ])
    func writersAreRecognised(line: String, isWriter: Bool) throws {
        #expect(try Self.writes(line) == isWriter)
    }
}

import Console
import Foundation

/// Writes all of a command's result to standard output.
///
/// - Throws: `UnwritableOutput` on a full disk, a closed stream or a pipe without a reader.
func emit(_ text: String) throws { try Console.emit(text) }

/// Writes a line to standard output.
func emit(line: String) throws { try Console.emit(line + "\n") }

/// Writes `value` as JSON with sorted keys.
///
/// - Throws: as `emit`.
func emitJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try emit(line: String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// Writes every line of `error` to standard error.
func say(_ error: Any) { Console.reportError(error) }

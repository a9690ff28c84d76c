import Console
import Foundation

/// Writes a command's result on standard output, all of it.
///
/// - Throws: `UnwritableOutput`, on a full disk, a closed stream or a pipe that nobody reads.
func emit(_ text: String) throws { try Console.emit(text) }

/// `emit`, with the end of a line behind it.
func emit(line: String) throws { try Console.emit(line + "\n") }

/// Writes `value` as JSON with sorted keys.
///
/// - Throws: as `emit`.
func emitJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try emit(line: String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// Writes a line on standard error for every line of `error`.
func say(_ error: Any) { Console.reportError(error) }

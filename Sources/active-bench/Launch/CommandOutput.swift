import Console
import Storage

/// Writes all of a command's result to standard output.
///
/// - Throws: `UnwritableOutput` on a full disk, a closed stream or a pipe without a reader.
func emit(_ text: String) throws { try Console.emit(text) }

/// Writes a line to standard output.
func emit(line: String) throws { try Console.emit(line + "\n") }

/// Writes `value` as JSON with sorted keys.
///
/// - Throws: as `emit`.
func emitJSON(_ value: some Encodable) throws { try emit(line: jsonText(value)) }

/// Writes every line of `error` to standard error.
func say(_ error: Any) { Console.reportError(error) }

package import Foundation

/// How a JSON document lies on the page.
package enum JSONLayout: Sendable {
    /// A value a line, indented.
    case page
    /// All of it on one line.
    case line
}

/// JSON as this program writes it: keys sorted and slashes as they are, so that equal values give equal bytes. Without the end
/// of a line behind it.
///
/// - `nonFinite`: whether NaN and the infinities may occur; they become "nan", "inf" and "-inf", as `decodeJSON` reads them.
/// - Throws: `EncodingError` for a value that is not finite where none may occur.
package func encodeJSON(
    _ value: some Encodable, as layout: JSONLayout = .page, nonFinite isAllowed: Bool = false
) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if layout == .page { encoder.outputFormatting.insert(.prettyPrinted) }
    if isAllowed {
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    }
    return try encoder.encode(value)
}

/// `encodeJSON` as text.
package func jsonText(_ value: some Encodable, as layout: JSONLayout = .page) throws -> String {
    String(decoding: try encodeJSON(value, as: layout), as: UTF8.self)
}

/// A JSON file: `encodeJSON` with the end of a line behind it.
package func jsonFile(
    _ value: some Encodable, as layout: JSONLayout = .page, nonFinite isAllowed: Bool = false
) throws -> Data {
    try encodeJSON(value, as: layout, nonFinite: isAllowed) + Data("\n".utf8)
}

package import Foundation

/// The layout of a JSON document.
package enum JSONLayout: Sendable {
    /// Indented, one value per line.
    case page
    /// Everything on one line.
    case line
}

/// Encodes a value as this program's JSON: sorted keys and unescaped slashes, so that equal values give equal
/// bytes. No final newline.
///
/// - `nonFinite`: whether NaN and the infinities may occur; they become "nan", "inf" and "-inf", as `decodeJSON` reads them.
/// - Throws: `EncodingError` for a non-finite value unless `nonFinite`.
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

/// A JSON file: `encodeJSON` and a final newline.
package func jsonFile(
    _ value: some Encodable, as layout: JSONLayout = .page, nonFinite isAllowed: Bool = false
) throws -> Data {
    try encodeJSON(value, as: layout, nonFinite: isAllowed) + Data("\n".utf8)
}

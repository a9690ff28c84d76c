import Failures
package import Foundation

/// Decodes JSON written by this program, read from the file at `path`.
///
/// - `what`: what the file should be, for messages: "a result of this program".
/// - Throws: `HarnessError.badInput` that names the file and the key that is missing or invalid.
package func decodeJSON<Value: Decodable>(_ data: Data, as what: String, path: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
        guard isUTF8Object(data) else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "no JSON object in UTF-8"))
        }
        let value = try decoder.decode(Value.self, from: data)
        guard let key = repeatedKey(in: data) else { return value }
        throw HarnessError.badInput("\(path): not \(what): it has the key '\(key)' more than once")
    } catch let error as DecodingError {
        throw HarnessError.badInput("\(path): not \(what): it has \(found(error))")
    }
}

/// What was found instead of the expected value, with its place: "no key 'cases[2].seed'".
private func found(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
        path.reduce("") { text, key in
            if let index = key.intValue { return "\(text)[\(index)]" }
            return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
        }
    }
    switch error {
    case .keyNotFound(let key, let context): return "no key '\(place(context.codingPath + [key]))'"
    case .typeMismatch(_, let context) where !context.codingPath.isEmpty,
        .valueNotFound(_, let context) where !context.codingPath.isEmpty,
        .dataCorrupted(let context) where !context.codingPath.isEmpty:
        return "another kind of value for the key '\(place(context.codingPath))'"
    default: return "no valid JSON"
    }
}

/// Whether these bytes can be a JSON object in UTF-8, the only encoding read here. Foundation's decoder also accepts
/// UTF-16 and UTF-32, which start with a byte order mark or contain NUL bytes.
package func isUTF8Object(_ json: Data) -> Bool { json.first == UInt8(ascii: "{") && !json.contains(0) }

/// A key that occurs twice in some object of the JSON, at any depth; parsers keep one of the values without a warning.
///
/// For invalid JSON the result is arbitrary, but the function returns.
package func repeatedKey(in json: Data) -> String? {
    var keys: [Set<String>?] = []  // of the enclosing objects; nil for an array
    var isKey = false
    var rest = json[...]
    while let byte = rest.popFirst() {
        switch byte {
        case UInt8(ascii: "{"):
            keys.append([])
            isKey = true
        case UInt8(ascii: "["): keys.append(nil)
        case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = keys.popLast()
        case UInt8(ascii: ","): isKey = keys.last != .some(nil)
        case UInt8(ascii: "\""):
            let text = stringLiteral(from: &rest)
            if isKey, let last = keys.indices.last, let name = try? JSONDecoder().decode(String.self, from: text),
                keys[last]?.insert(name).inserted == false
            {
                return name
            }
            isKey = false
        default: break
        }
    }
    return nil
}

/// The string literal whose opening quotation mark lies just before `rest`; advances `rest` past the closing one.
private func stringLiteral(from rest: inout Data) -> Data {
    var literal = Data([UInt8(ascii: "\"")])
    var isEscaped = false
    while let byte = rest.popFirst() {
        literal.append(byte)
        if !isEscaped && byte == UInt8(ascii: "\"") { break }
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
    }
    return literal
}

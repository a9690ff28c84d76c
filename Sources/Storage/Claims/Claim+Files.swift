import Foundation

// The files of claims: their contents, names and numbers.
extension Claim {
    /// The contents of a claim's file.
    struct Record: Codable, Equatable {
        var holder: ClaimHolder
        /// Random digits that distinguish claims of the same holder.
        var nonce: String
        var isReleased: Bool

        private enum CodingKeys: String, CodingKey {
            case holder
            case nonce = "token"
            case isReleased
        }
    }

    /// The highest claim number. Also probes by opening files, because NFS caches directory listings.
    ///
    /// - Throws: `HarnessError.io` if it cannot be determined.
    static func lastNumber(in folder: String) throws -> Int? {
        let names = try FileCalls.names(in: folder) ?? []
        var last = names.compactMap(number(ofName:)).max()
        while try isThere(path((last ?? -1) + 1, in: folder)) { last = (last ?? -1) + 1 }
        return last
    }

    /// The number in a claim's name; nil for any other name, such as "claim-007" or a number out of range.
    private static func number(ofName name: String) -> Int? {
        let number = Int(name.dropFirst("claim-".count))
        return number.flatMap { (0..<1_000_000).contains($0) && name == "claim-\($0)" ? $0 : nil }
    }

    private static func isThere(_ path: String) throws -> Bool {
        let descriptor = FileCalls.current.open(path, O_RDONLY, 0)
        if descriptor == -Int(ENOENT) { return false }
        try FileCalls.current.require(descriptor, "open", path)
        _ = FileCalls.current.close(Int32(descriptor))
        return true
    }

    /// Returns a claim's contents; nil if there is no file, or no valid claim in it.
    ///
    /// - Throws: `HarnessError.io` if it cannot be read.
    static func read(_ path: String) throws -> Record? {
        try FileCalls.current.contents(of: path).flatMap { try? JSONDecoder().decode(Record.self, from: $0) }
    }

    static func encode(_ record: Record) throws -> Data { try jsonFile(record, as: .line) }

    static func path(_ number: Int, in folder: String) -> String { "\(folder)/claim-\(number)" }
}

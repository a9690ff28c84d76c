/// Words that name one or several datasets: "kitchen", "hopper", "antmaze-large", "hopper-medium-v2".
public struct DatasetSelector: Sendable, Hashable {
    /// A suite, the first words of a dataset's name, or all of it.
    public let text: String

    /// Any text will do; one that names no dataset covers none.
    public init(_ text: String) { self.text = text }

    /// How closely this names `dataset`: a suite least, then the more of the name's words the closer, the whole name
    /// most.
    ///
    /// - Returns: nil when it does not name it.
    public func closeness(to dataset: String) -> Int? {
        if text == dataset { return .max }
        if text == DatasetName(dataset).suite.rawValue { return 0 }
        return dataset.hasPrefix(text + "-") ? 1 + text.count { $0 == "-" } : nil
    }

    /// All that covers `dataset`, least close first: "locomotion", "hopper", "hopper-medium", "hopper-medium-v2".
    public static func all(for dataset: String) -> [DatasetSelector] {
        let words = dataset.split(separator: "-")
        let beginnings = words.indices.map { words[...$0].joined(separator: "-") }
        let suite = DatasetName(dataset).suite.rawValue
        return ([suite] + beginnings.filter { $0 != suite }).map { DatasetSelector($0) }
    }
}

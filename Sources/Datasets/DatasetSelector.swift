import Environments
import Suites

/// Words that name one or several datasets: "kitchen", "hopper", "antmaze-large", "hopper-medium-v2".
package struct DatasetSelector: Sendable, Hashable {
    /// A suite, the first words of a dataset's name, or all of it.
    package let text: String

    /// Any text will do; one that names no dataset covers none.
    package init(_ text: String) { self.text = text }

    /// How closely this names `dataset`: a suite least, then the more of the words of its class the closer, the whole name
    /// most.
    ///
    /// - Parameter class: the class of a dataset whose name says nothing, "hopper-medium"; nil where the name is its own.
    /// - Returns: nil when it does not name it.
    package func closeness(to dataset: String, class: String? = nil) -> Int? {
        if text == dataset { return .max }
        let words = `class` ?? dataset
        if text == EnvironmentRegistry.suite(ofDataset: words)?.name { return 0 }
        return (words + "-").hasPrefix(text + "-") ? 1 + text.count { $0 == "-" } : nil
    }

    /// All that covers `dataset`, least close first: "locomotion", "hopper", "hopper-medium", "hopper-medium-v2".
    ///
    /// - Parameter class: as in `closeness`.
    package static func all(for dataset: String, class: String? = nil) -> [DatasetSelector] {
        let words = (`class` ?? dataset).split(separator: "-")
        let beginnings = words.indices.map { words[...$0].joined(separator: "-") }
        let suite = EnvironmentRegistry.suite(ofDataset: `class` ?? dataset)?.name
        let own = `class` == nil ? [] : [dataset]
        return ([suite].compactMap { $0 } + beginnings.filter { $0 != suite && !own.contains($0) } + own)
            .map { DatasetSelector($0) }
    }
}

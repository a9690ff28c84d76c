import Environments
import Suites

/// A name for one or several datasets: "kitchen", "hopper", "antmaze-large", "hopper-medium-v2".
package struct DatasetSelector: Sendable, Hashable {
    /// The selector: a suite, the first words of a dataset's name, or the whole name.
    package let text: String

    /// Makes a selector of any text; one that names no dataset matches none.
    package init(_ text: String) { self.text = text }

    /// Returns how specifically this names `dataset`: a suite is the least specific, then more words are more specific, and
    /// the whole name is the most specific.
    ///
    /// - `class`: the class ("hopper-medium") of a dataset whose own name does not show it; else nil.
    /// - Returns: nil if this does not name `dataset`.
    package func specificity(to dataset: String, class: String? = nil) -> Int? {
        if text == dataset { return .max }
        let words = `class` ?? dataset
        if text == EnvironmentRegistry.suite(ofDataset: words)?.name { return 0 }
        return (words + "-").hasPrefix(text + "-") ? 1 + text.count { $0 == "-" } : nil
    }

    /// Returns all selectors of `dataset`, least specific first: "locomotion", "hopper", "hopper-medium", "hopper-medium-v2".
    ///
    /// - `class`: as in `specificity`.
    package static func all(for dataset: String, class: String? = nil) -> [DatasetSelector] {
        let words = (`class` ?? dataset).split(separator: "-")
        let beginnings = words.indices.map { words[...$0].joined(separator: "-") }
        let suite = EnvironmentRegistry.suite(ofDataset: `class` ?? dataset)?.name
        let own = `class` == nil ? [] : [dataset]
        return ([suite].compactMap { $0 } + beginnings.filter { $0 != suite && !own.contains($0) } + own)
            .map { DatasetSelector($0) }
    }
}

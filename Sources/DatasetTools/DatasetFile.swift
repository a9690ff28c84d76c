import Failures

/// Which file a dataset was read from, and what is in it.
package struct DatasetFile: Sendable, Codable, Equatable {
    /// D4RL's name of the dataset.
    package var dataset: String
    /// Where it was found on this rank.
    package var path: String
    /// Of all its bytes, in hexadecimal.
    package var sha256: String
    /// `ContentsDigest` of its arrays; nil where an older program wrote the record.
    package var contentsSHA256: String?
    /// SHA-256 of other files with the same contents that cases of the folder were trained on; nil where there are none.
    package var otherSHA256: [String]?
    /// Transitions after D4RL's rule for Q-learning.
    package var transitions: Int
    /// What is remarkable about its numbers, a sentence each; nil where nothing is.
    package var remarks: [String]?

    package init(
        dataset: String, path: String, sha256: String, contentsSHA256: String? = nil, transitions: Int,
        remarks: [String] = []
    ) {
        self.dataset = dataset
        self.path = path
        self.sha256 = sha256
        self.contentsSHA256 = contentsSHA256
        self.transitions = transitions
        self.remarks = remarks.isEmpty ? nil : remarks
    }

    /// Whether the data are those of `other`: by their contents, or by the file where one record has no digest of them.
    package func hasContents(of other: DatasetFile) -> Bool {
        guard let mine = contentsSHA256, let theirs = other.contentsSHA256 else { return sha256 == other.sha256 }
        return mine == theirs
    }

    /// SHA-256 of all files that are known to have these contents.
    package var allSHA256: [String] { [sha256] + (otherSHA256 ?? []) }

    /// This file, and `others` of the same contents, known besides.
    package func joined(by others: [DatasetFile]) -> DatasetFile {
        var joined = self
        let known = Set((others + [self]).flatMap(\.allSHA256)).subtracting([sha256])
        joined.otherSHA256 = known.isEmpty ? nil : known.sorted()
        return joined
    }

    /// One record for each dataset of a run, made from those of all its nodes, whose files may differ if their contents do
    /// not; known besides are the files of `before`, the run folder's records, that have the same contents.
    ///
    /// - Throws: `HarnessError.badInput` when nodes have different data.
    package static func agreed(_ found: [DatasetFile], _ before: [String: DatasetFile]) throws -> [String: DatasetFile]
    {
        var agreed: [String: DatasetFile] = [:]
        for file in found {
            guard let first = agreed[file.dataset] else {
                agreed[file.dataset] = file
                continue
            }
            guard first.hasContents(of: file) else {
                throw HarnessError.badInput(
                    "nodes have different data of \(file.dataset): \(first.path) with contents "
                        + "\((first.contentsSHA256 ?? first.sha256).prefix(12))… (SHA-256) and \(file.path) with "
                        + "\((file.contentsSHA256 ?? file.sha256).prefix(12))…")
            }
            agreed[file.dataset] = first.joined(by: [file])
        }
        for (dataset, file) in agreed {
            guard let old = before[dataset], file.hasContents(of: old) else { continue }
            agreed[dataset] = file.joined(by: [old])
        }
        return agreed
    }
}

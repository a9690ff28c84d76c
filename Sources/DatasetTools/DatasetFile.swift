import Failures

/// The file that a dataset was read from, and a summary of its contents.
package struct DatasetFile: Sendable, Codable, Equatable {
    /// The dataset's name.
    package var dataset: String
    /// The file's path on this rank.
    package var path: String
    /// SHA-256 of the whole file, in hexadecimal.
    package var sha256: String
    /// The `ContentsDigest` of the arrays; nil in a record by an older version.
    package var contentsSHA256: String?
    /// SHA-256 of other files with the same contents that cases in this folder were trained on; nil if there are none.
    package var otherSHA256: [String]?
    /// The number of transitions by D4RL's rule for Q-learning.
    package var transitions: Int
    /// Remarks on the data, one sentence each; nil if there are none.
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

    /// Whether the data equal those of `other`: by contents, or by the file if one record has no digest of the
    /// contents.
    package func hasContents(of other: DatasetFile) -> Bool {
        guard let mine = contentsSHA256, let theirs = other.contentsSHA256 else { return sha256 == other.sha256 }
        return mine == theirs
    }

    /// SHA-256 of all files known to have these contents.
    package var allSHA256: [String] { [sha256] + (otherSHA256 ?? []) }

    /// This file together with `others` of the same contents.
    package func joined(by others: [DatasetFile]) -> DatasetFile {
        var joined = self
        let known = Set((others + [self]).flatMap(\.allSHA256)).subtracting([sha256])
        joined.otherSHA256 = known.isEmpty ? nil : known.sorted()
        return joined
    }

    /// Merges the records of all nodes to one per dataset. The nodes' files may differ if their contents are equal.
    /// Files of `before`, the run folder's records, with the same contents are added.
    ///
    /// - Throws: `HarnessError.badInput` if nodes have different data.
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

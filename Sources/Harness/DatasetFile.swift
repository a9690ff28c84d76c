/// Which file a dataset was read from, and what is in it.
public struct DatasetFile: Sendable, Codable, Equatable {
    /// D4RL's name of the dataset.
    public var dataset: String
    /// Where it was found on this rank.
    public var path: String
    /// Of all its bytes, in hexadecimal.
    public var sha256: String
    /// `ContentsDigest` of its arrays; nil where an older program wrote the record.
    public var contentsSHA256: String?
    /// SHA-256 of other files with the same contents that cases of the folder were trained on; nil where there are none.
    public var otherSHA256: [String]?
    /// Transitions after D4RL's rule for Q-learning.
    public var transitions: Int
    /// What is remarkable about its numbers, a sentence each; nil where nothing is.
    public var remarks: [String]?

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

/// Whether cases may go on with, or stand beside, the data that there are now.
extension RunFolder {
    /// Refuses a dataset whose contents have changed since cases were begun on it.
    ///
    /// - Parameter before: what it was then; nil where that is not known.
    /// - Throws: `HarnessError.badInput`.
    func requireSame(_ now: DatasetFile, as before: DatasetFile?) throws {
        guard let before, !now.hasContents(of: before) else { return }
        throw HarnessError.badInput("\(file("run.json")): cases were begun on \(difference(now, before))")
    }

    /// Refuses a finished case that was trained on other data than the rest of the study would be.
    ///
    /// - Parameters:
    ///   - now: the dataset's present file, with those known to have its contents; nil when no case needs it any more.
    ///   - before: what it was when the folder's cases were begun; nil where that is not known.
    /// - Throws: `HarnessError.badInput`.
    func requireTrained(_ one: Case, on now: DatasetFile?, _ before: DatasetFile?) throws {
        guard let now, let trained = try result(of: RunManifest.Entry(one))?.datasetSHA256,
            !now.allSHA256.contains(trained)
        else { return }
        var record = DatasetFile(dataset: one.dataset, path: "", sha256: trained, transitions: now.transitions)
        if let before, before.allSHA256.contains(trained) { record.contentsSHA256 = before.contentsSHA256 }
        throw HarnessError.badInput("\(file("result.json", of: one)): trained on \(difference(now, record))")
    }

    private func difference(_ now: DatasetFile, _ before: DatasetFile) -> String {
        let advice = "put the old data back, or choose another --out folder"
        if let old = before.contentsSHA256, let new = now.contentsSHA256 {
            return
                "a \(now.dataset) with contents \(old.prefix(12))… (SHA-256), but \(now.path) has \(new.prefix(12))…: "
                + advice
        }
        return
            "a \(now.dataset) whose file had SHA-256 \(before.sha256.prefix(12))… and of whose contents no digest was "
            + "kept, but \(now.path) has \(now.sha256.prefix(12))…: \(advice)"
    }
}

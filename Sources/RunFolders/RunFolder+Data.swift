import Cases
package import DatasetTools
import Failures
package import Studies

/// Checks whether cases may continue with, or be compared with, the present data.
extension RunFolder {
    /// Refuses a dataset whose contents have changed since cases were begun on it.
    ///
    /// - Parameter before: the earlier record; nil if unknown.
    /// - Throws: `HarnessError.badInput`.
    package func requireSame(_ now: DatasetFile, as before: DatasetFile?) throws {
        guard let before, !now.hasContents(of: before) else { return }
        throw HarnessError.badInput("\(file("run.json")): cases were begun on \(difference(now, before))")
    }

    /// Refuses a finished case that was trained on other data than the study's remaining cases would be.
    ///
    /// - Parameters:
    ///   - now: the dataset's present file, with others known to have its contents; nil if no open case needs it.
    ///   - before: the record from when the folder's cases were begun; nil if unknown.
    /// - Throws: `HarnessError.badInput`.
    package func requireTrained(_ studyCase: StudyCase, on now: DatasetFile?, _ before: DatasetFile?) throws {
        guard let now, let trained = try result(of: RunManifest.Entry(studyCase))?.datasetSHA256,
            !now.allSHA256.contains(trained)
        else { return }
        var record = DatasetFile(dataset: studyCase.dataset, path: "", sha256: trained, transitions: now.transitions)
        if let before, before.allSHA256.contains(trained) { record.contentsSHA256 = before.contentsSHA256 }
        throw HarnessError.badInput("\(file("result.json", of: studyCase)): trained on \(difference(now, record))")
    }

    private func difference(_ now: DatasetFile, _ before: DatasetFile) -> String {
        let advice = "put the old data back, or choose another --out folder"
        if let old = before.contentsSHA256, let new = now.contentsSHA256 {
            return
                "a \(now.dataset) with contents \(old.prefix(12))… (SHA-256), but \(now.path) has \(new.prefix(12))…: "
                + advice
        }
        return
            "a \(now.dataset) whose file had SHA-256 \(before.sha256.prefix(12))… (without a digest of its contents), "
            + "but \(now.path) has \(now.sha256.prefix(12))…: \(advice)"
    }
}

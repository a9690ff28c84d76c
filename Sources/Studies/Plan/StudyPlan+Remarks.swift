import Algorithms
import Datasets
import Failures

// What a user should know before a study is run, one sentence each.
extension StudyPlan {
    /// Returns the remarks on the settings of the cases `open`, each once for a learner and a dataset: "ACTIVE-S on mine:
    /// H_D is a guess, …".
    package func settingRemarks(ofCases open: some Sequence<Int>) -> [String] {
        var remarks: [String] = []
        for studyCase in open.map({ cases[$0] }) {
            guard let text = studyCase.learner.remark(on: studyCase.hyperparameters) else { continue }
            let remark = "\(studyCase.learner) on \(studyCase.dataset): \(text)"
            if !remarks.contains(remark) { remarks.append(remark) }
        }
        return remarks
    }

    /// Returns why `run` would refuse the datasets of the cases `open`, as far as it shows before they are read.
    package func dataRemarks(ofCases open: some Sequence<Int>) -> [String] {
        let needed = Set(open.map { cases[$0].dataset })
        return study.datasets.filter { needed.contains($0.name) }.compactMap(\.refusal)
    }
}

extension DatasetReference {
    /// "`run` refuses mine with exit code 65: mine.hdf5: expected a readable file, found …" for data that are missing or
    /// cannot be read; otherwise nil. What is in the file is not checked.
    package var refusal: String? {
        do {
            try requireReadable(path())
            return nil
        } catch {
            return "`run` refuses \(name) with exit code \(error.exitStatus.rawValue): \(error)"
        }
    }
}

import ArgumentParser
import Console
import Failures
import Studies

/// The options of commands that take a dataset's name or the path of a file of the user's own.
struct OwnFileOptions: ParsableArguments {
    @OptionGroup var subject: DataCommand.Subject
    @Option(help: "Class of datasets whose presets apply to a file of your own. (default: its environment's own)")
    var presets: String?

    /// Whether an option for a file of the user's own is given.
    var areGiven: Bool { subject.environment != nil || presets != nil }

    /// The dataset called `word`, or in the file at the path `word`.
    ///
    /// - Throws: `HarnessError.badInput` for an unknown name, and the errors of `DatasetReference.init(_:)` for a path.
    func dataset(_ word: String) throws -> DatasetReference {
        guard OwnFile.isPath(word), !StudyFile.isDataset(word) else {
            if areGiven {
                throw HarnessError.usage(
                    "--environment and --presets: expected the path of a file of your own with them, found '\(word)'")
            }
            return try DatasetReference.named(word)
        }
        var own = OwnFile(word)
        own.environment = subject.environment
        own.profile = subject.profile
        own.presets = presets
        return try DatasetReference(own)
    }
}

/// Says on standard error what a user should know before the cases `open` of `plan` are run.
func noteRemarks(on plan: StudyPlan, open: some Sequence<Int>) {
    for remark in plan.dataRemarks(ofCases: open) + plan.settingRemarks(ofCases: open) {
        Console.note("note: \(remark)")
    }
}

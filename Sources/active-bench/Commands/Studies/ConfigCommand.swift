import ArgumentParser
import Console
import Studies

/// `active-bench config`: prints the settings of a case, or checks a study.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Print a learner's settings on a dataset, or check a study.",
        usage: """
            active-bench config LEARNER DATASET [KEY=VALUE …]
            active-bench config LEARNER FILE --environment NAME [KEY=VALUE …]
            active-bench config --study FILE [LEARNER DATASET [KEY=VALUE …]]
            """,
        discussion: """
            active-bench config ACTIVE-S antmaze-large-play-v2 m=10
            active-bench config ACTIVE-S mine.hdf5 --environment hopper --presets hopper-medium
            active-bench config --study STUDY.yaml ACTIVE-S mine

            Every value is printed with its origin, as a section of a study file. Exit codes: 0 done, 64 an unknown learner \
            or setting on the command line, 65 an unknown dataset, or the study is refused.
            """)

    @Option(
        help: """
            Check this study file (YAML) and say in a line what it asks for; or print the settings that it gives a learner \
            on one of its datasets.
            """)
    var study: String?
    @OptionGroup var own: OwnFileOptions
    @Argument(help: "Learner, dataset or path of a file of your own, and settings to change.")
    var words: [String] = []

    func validate() throws {
        guard words.count >= 2 || study != nil && words.isEmpty else {
            throw ValidationError("expected a learner and a dataset, --study with a file, or both")
        }
        guard study == nil || !own.areGiven else {
            throw ValidationError("--environment and --presets: expected in the study, which has them for each file")
        }
    }

    func run() throws {
        try runAlone {
            let asked = try study.map { try StudyFile.read($0).study }
            if let study, let asked, words.isEmpty {
                try emit(line: "\(study): \(asked.summary)")
                let plan = StudyPlan(asked)
                return noteRemarks(on: plan, open: plan.cases.indices)
            }
            let dataset = try asked?.dataset(named: words[1]) ?? own.dataset(words[1])
            let settings = try EffectiveSettings(
                learner: words[0], dataset: dataset, study: asked, assignments: Array(words.dropFirst(2)))
            try emit(settings.yaml)
            if case .file = dataset.source, let refusal = dataset.refusal { Console.note("note: \(refusal)") }
        }
    }
}

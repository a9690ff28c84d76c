import ArgumentParser
import Studies

/// `active-bench config`: prints the settings of a case, or checks a study.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Print a learner's settings on a dataset, or check a study.",
        usage: """
            active-bench config LEARNER DATASET [KEY=VALUE …]
            active-bench config --study FILE
            """,
        discussion: """
            active-bench config ACTIVE-S antmaze-large-play-v2 m=10

            Every value is printed with its origin, as a section of a study file. Exit codes: 0 done, 64 an unknown word on \
            the command line, 65 the study is refused.
            """)

    @Option(help: "Check this study file (YAML) and say in a line what it asks for.")
    var study: String?
    @Argument(help: "Learner, dataset, and settings to change.")
    var words: [String] = []

    func validate() throws {
        guard (study == nil) == (words.count >= 2), study == nil || words.isEmpty else {
            throw ValidationError("expected a learner and a dataset, or --study with a file and nothing else")
        }
    }

    func run() throws {
        try runAlone {
            if let study {
                try emit(line: "\(study): \(try StudyFile.read(study).study.summary)")
            } else {
                let settings = try EffectiveSettings(
                    learner: words[0], dataset: words[1], assignments: Array(words.dropFirst(2)))
                try emit(settings.yaml)
            }
        }
    }
}

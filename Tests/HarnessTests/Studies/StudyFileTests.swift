import Algorithms
import Datasets
import Failures
import ScratchFiles
import Studies
import Testing

@Suite struct StudyFileTests {
    static let good = """
        name: small
        datasets: [hopper-medium-r1, hopper-medium-replay-r1]
        seeds: [3, 1]
        steps: 1e4
        evaluate: {every: 5_000, episodes: 10}
        learners:
          IQL: {}
          SQL:
          ACTIVE-S: {target_log_likelihood: 2, hidden: [32, 16], sweep: {m: [1, 10], quantile: [0.25, 0.5]}}
        """

    @Test func everyFieldIsRead() throws {
        let study = try StudyFile.parse(Self.good, path: "s.yaml")
        #expect(study.name == "small")
        #expect(study.datasets.map(\.name) == ["hopper-medium-r1", "hopper-medium-replay-r1"])
        #expect(study.seeds == [3, 1], "in file order")
        #expect(study.steps == 10_000, "1e4 is a whole number")
        #expect(
            study.evaluation.every == 5_000 && study.evaluation.episodes == 10 && study.evaluation.finalEpisodes == 10)
        #expect(study.evaluations.isEmpty)
        #expect(study.entries.map(\.learner) == [.iql, .sql, .activeS])
        #expect(study.entries[0].overrides.isEmpty && study.entries[0].sweep.isEmpty)
        #expect(study.entries[1].overrides.isEmpty && study.entries[1].sweep.isEmpty, "nothing after the colon")
        let active = study.entries[2]
        #expect(active.overrides.map(\.key) == ["target_log_likelihood", "hidden"])
        #expect(active.overrides.map(\.value) == [.real(2), .integers([32, 16])], "2 is accepted as a real number")
        #expect(active.sweep.map(\.key) == ["m", "quantile"])
        #expect(active.sweep.map(\.values) == [[.integer(1), .integer(10)], [.real(0.25), .real(0.5)]])
    }

    @Test(arguments: [("3", TeamSize.ranks(3)), ("auto", .automatic)])
    func teamsOfAStudy(text: String, size: TeamSize) throws {
        #expect(try StudyFile.parse(Self.good, path: "s.yaml").teamSize == nil)
        #expect(try StudyFile.parse(Self.good + "\nteam_size: \(text)", path: "s.yaml").teamSize == size)
        for other in ["0", "many", "1.5", "[2]"] {
            let refusal = #expect(throws: HarnessError.self) {
                try StudyFile.parse(Self.good + "\nteam_size: \(other)", path: "s.yaml")
            }
            #expect("\(refusal, default: "")".contains("team_size: expected a number of ranks or auto"))
        }
    }

    @Test func aRangeOfSeeds() throws {
        let study = try StudyFile.parse(Self.good.replacing("[3, 1]", with: "0-4"), path: "s.yaml")
        #expect(study.seeds == [0, 1, 2, 3, 4])
    }

    @Test func sweepsBecomeVariants() throws {
        let cases = StudyPlan(try StudyFile.parse(Self.good, path: "s.yaml")).cases
        // Datasets × (IQL, SQL, four variants of ACTIVE-S) × seeds.
        #expect(cases.count == 2 * 6 * 2)
        #expect(Set(cases.map(\.identifier)).count == cases.count, "the identifier is the case's folder")
        let first = Array(cases.prefix(12))
        #expect(cases.suffix(12).map(\.column) == first.map(\.column), "the same columns for every dataset")
        #expect(
            first.map(\.column) == [
                "IQL", "IQL", "SQL", "SQL", "ACTIVE-S m=1 quantile=0.25", "ACTIVE-S m=1 quantile=0.25",
                "ACTIVE-S m=1 quantile=0.5", "ACTIVE-S m=1 quantile=0.5", "ACTIVE-S m=10 quantile=0.25",
                "ACTIVE-S m=10 quantile=0.25", "ACTIVE-S m=10 quantile=0.5", "ACTIVE-S m=10 quantile=0.5",
            ])
        #expect(first[0].identifier == "IQL/hopper-medium-r1/default/seed-3")
        #expect(
            first[4].identifier
                == "ACTIVE-S/hopper-medium-r1/m=1,quantile=0.25,target_log_likelihood=2.0,hidden=32x16/seed-3")
        #expect(first[4].hyperparameters["m"]?.value == .integer(1))
        #expect(first[4].hyperparameters["m"]?.origin == "study")
        #expect(first[4].hyperparameters["hidden"]?.value == .integers([32, 16]))
        let preset = presetSettings(of: .activeS, on: "hopper-medium-r1")
        #expect(first[4].hyperparameters["discount"] == preset["discount"], "other settings keep the preset")
        #expect(first[4].configuration.contains("\n  m: 1  # study\n"))
    }

    @Test func evaluationsFollowEveryMultipleAndTheLastStep() throws {
        let text = Self.good.replacing("1e4", with: "12")
        let studyCase = StudyPlan(try StudyFile.parse(text.replacing("5_000", with: "5"), path: "s.yaml")).cases[0]
        #expect((1...12).filter { studyCase.isEvaluated(after: $0) } == [5, 10, 12])
    }

    @Test func numbersAreDecimal() throws {
        func study(_ old: String, _ new: String) throws -> Study {
            try StudyFile.parse(Self.good.replacing(old, with: new), path: "s.yaml")
        }
        for text in ["10_000", "1e4", "1.0e+4", "+10000", "10000.0"] {
            #expect(try study("1e4", text).steps == 10_000, "\(text)")
        }
        for (text, value) in [("3e-4", 3e-4), (".5", 0.5), ("1", 1), ("0", 0)] {
            #expect(
                try study("IQL: {}", "IQL: {learning_rate: \(text)}").entries[0].overrides.map(\.value) == [
                    .real(value)
                ])
        }
        for (text, value) in [("true", true), ("False", false), ("TRUE", true)] {
            let entry = try study("IQL: {}", "IQL: {value_layer_norm: \(text)}").entries[0]
            #expect(entry.overrides.map(\.value) == [.flag(value)])
        }
    }

    /// YAML 1.1 reads these as booleans, nothing, and a number.
    @Test(arguments: ["no", "on", "y", "'~'", "010", "2024-01-01"]) func namesStayText(name: String) throws {
        let study = try StudyFile.parse(Self.good.replacing("name: small", with: "name: \(name)"), path: "s.yaml")
        #expect(study.name == name.filter { $0 != "'" })
    }

    @Test func valuesThatAreWords() throws {
        let words = Setting(
            "cloning_temperature", .word("adaptive"), .words(["adaptive", "fixed", "off"]), from: "test")
        func value(_ text: String, of setting: Setting) throws -> SettingValue {
            try StudyNode(parsing: text, source: "s.yaml").value(of: setting)
        }
        for text in ["off", "'off'", "\"off\""] { #expect(try value(text, of: words) == .word("off"), "not a boolean") }
        #expect(try value("fixed", of: words) == .word("fixed"))
        let switches = Setting("x", .word("no"), .words(["no", "yes", "1", "null", ".inf"]), from: "test")
        for text in ["no", "yes", "1", "null", ".inf"] { #expect(try value(text, of: switches) == .word(text)) }
        for (text, sentence) in [
            ("of", "expected 'off', found 'of'"), ("adaptiv", "expected 'adaptive', found 'adaptiv'"),
            ("never", "expected one of adaptive, fixed, off, found 'never'"),
            ("", "expected one of adaptive, fixed, off, found nothing"),
            ("[off]", "expected one of adaptive, fixed, off, found a list"),
        ] {
            let error = #expect(throws: HarnessError.self) { try value(text.isEmpty ? "''" : text, of: words) }
            #expect(error == .badInput("s.yaml:1: the study: \(sentence)"))
        }
    }

    @Test func infinityWhereItIsInRange() throws {
        let open = Setting("penalty_minimum", .real(-.infinity), .real(-.infinity ... .infinity), from: "test")
        for (text, value) in [(".inf", Double.infinity), ("-.inf", -.infinity), ("+.Inf", .infinity), ("-200", -200)] {
            #expect(try StudyNode(parsing: text, source: "").value(of: open) == .real(value))
        }
        for text in [".nan", "inf", "1e400", "-1e999"] {
            let error = #expect(throws: HarnessError.self) { try StudyNode(parsing: text, source: "").value(of: open) }
            #expect(error == .badInput("the study: expected a number from -.inf to .inf, found '\(text)'"))
        }
    }

    @Test func aByteOrderMarkAndOtherLineEndsAreFine() throws {
        for text in ["\u{FEFF}" + Self.good, Self.good.replacing("\n", with: "\r\n"), "%YAML 1.1\n---\n" + Self.good] {
            #expect(try StudyFile.parse(text, path: "s.yaml") == StudyFile.parse(Self.good, path: "s.yaml"))
        }
    }

    // MARK: Files

    private func fileRefusal(_ path: String) -> String {
        let error = #expect(throws: HarnessError.self) { try StudyFile.read(path) }
        return error.map { "\($0)" } ?? ""
    }

    @Test func filesThatCannotBeAStudy() throws {
        let folder = TemporaryFolder()
        let path = folder("s.yaml")
        #expect(fileRefusal(path) == "\(path): cannot read the study file: No such file or directory")
        put([UInt8](repeating: 0x20, count: 10 << 20), at: path)
        #expect(fileRefusal(path) == "\(path): expected a study of at most 1 MiB, found more")
        put(Array(Self.good.utf8) + [0xFF, 0xFE], at: path)
        #expect(fileRefusal(path) == "\(path): expected UTF-8 text, found other bytes")
        put(Self.good.utf8, at: path)
        let read = try StudyFile.read(path)
        #expect(read.text == Self.good)
        #expect(read.study == (try StudyFile.parse(Self.good, path: path)))
    }
}

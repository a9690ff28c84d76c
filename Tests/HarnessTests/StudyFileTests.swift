import Algorithms
import Harness
import ScratchFiles
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
        #expect(study.datasets == ["hopper-medium-r1", "hopper-medium-replay-r1"])
        #expect(study.seeds == [3, 1], "in file order")
        #expect(study.steps == 10_000, "1e4 is a whole number")
        #expect(study.evaluateEvery == 5_000)
        #expect(study.episodes == 10)
        #expect(study.entries.map(\.learner) == [.iql, .sql, .activeS])
        #expect(study.entries[0].overrides.isEmpty && study.entries[0].sweep.isEmpty)
        #expect(study.entries[1].overrides.isEmpty && study.entries[1].sweep.isEmpty, "nothing behind the colon")
        let active = study.entries[2]
        #expect(active.overrides.map(\.key) == ["target_log_likelihood", "hidden"])
        #expect(active.overrides.map(\.value) == [.real(2), .integers([32, 16])], "2 is a number, too")
        #expect(active.sweep.map(\.key) == ["m", "quantile"])
        #expect(active.sweep.map(\.values) == [[.integer(1), .integer(10)], [.real(0.25), .real(0.5)]])
    }

    @Test func aRangeOfSeeds() throws {
        let study = try StudyFile.parse(Self.good.replacing("[3, 1]", with: "0-4"), path: "s.yaml")
        #expect(study.seeds == [0, 1, 2, 3, 4])
    }

    @Test func sweepsBecomeVariants() throws {
        let cases = Plan(try StudyFile.parse(Self.good, path: "s.yaml")).cases
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
        #expect(first[4].hyperparameters["discount"]?.origin == "official SQL", "what the study does not set stays")
        #expect(first[4].configuration.contains("\n  m: 1  # study\n"))
    }

    @Test func evaluationsAreAfterEveryMultipleAndTheLastStep() throws {
        let text = Self.good.replacing("1e4", with: "12")
        let one = Plan(try StudyFile.parse(text.replacing("5_000", with: "5"), path: "s.yaml")).cases[0]
        #expect((1...12).filter { one.isEvaluated(after: $0) } == [5, 10, 12])
    }

    // MARK: Refusals

    private func refusal(_ text: String) -> String {
        let error = #expect(throws: HarnessError.self) { try StudyFile.parse(text, path: "s.yaml") }
        #expect(error?.status == .badInput)
        let sentence = error.map { "\($0)" } ?? ""
        #expect(!sentence.contains("\n"), "one line")
        return sentence
    }

    private func refusal(replacing old: String, with new: String) -> String {
        #expect(Self.good.contains(old), "the test changes nothing")
        return refusal(Self.good.replacing(old, with: new))
    }

    /// Where, what is expected and what is found, for one change of the good study each.
    @Test(
        arguments: [
            ("steps: 1e4", "stps: 1e4", "s.yaml:4: the study: expected 'steps', found the key 'stps'"),
            (
                "steps: 1e4", "steps: -5",
                "s.yaml:4: steps: expected a whole number from 1 to 1000000000, found '-5'"
            ),
            ("1e4", ".nan", "s.yaml:4: steps: expected a whole number from 1 to 1000000000, found '.nan'"),
            ("1e4", "1.5", "s.yaml:4: steps: expected a whole number from 1 to 1000000000, found '1.5'"),
            ("1e4", "many", "s.yaml:4: steps: expected a whole number from 1 to 1000000000, found 'many'"),
            ("1e4", "1e300", "s.yaml:4: steps: expected a whole number from 1 to 1000000000, found '1e300'"),
            ("1e4", "[1]", "s.yaml:4: steps: expected a whole number from 1 to 1000000000, found a list"),
            (
                "episodes: 10", "episodes: 0",
                "s.yaml:5: evaluate.episodes: expected a whole number from 1 to 100000, found '0'"
            ),
            ("every: 5_000, ", "", "s.yaml:5: evaluate: expected the key 'every', found only episodes"),
            ("{every: 5_000, episodes: 10}", "5000", "s.yaml:5: evaluate: expected keys with values, found '5000'"),
            ("[3, 1]", "[3, 1, 3]", "s.yaml:3: seeds: expected every value once, found '3' twice"),
            ("[3, 1]", "[]", "s.yaml:3: seeds: expected a list of at least one, found an empty list"),
            ("[3, 1]", "[-1]", "s.yaml:3: seeds: expected a whole number from 0 to 2147483647, found '-1'"),
            ("[3, 1]", "4-0", "s.yaml:3: seeds: expected a list of seeds or a range such as 0-4, found '4-0'"),
            (
                "[3, 1]", "0-99999999999999999999",
                "s.yaml:3: seeds: expected a list of seeds or a range such as 0-4, found '0-99999999999999999999'"
            ),
            (
                "[3, 1]", "3000000000-3000000001",
                "s.yaml:3: seeds: expected a list of seeds or a range such as 0-4, found '3000000000-3000000001'"
            ),
            (
                "hopper-medium-r1", "hoper-medium-r1",
                "s.yaml:2: datasets: expected a dataset of a known environment, found 'hoper-medium-r1' (the dataset name "
                    + "'hoper-medium-r1' does not begin with the name of an environment; did you mean 'hopper'? known: 'hopper')"
            ),
            (
                "[hopper-medium-r1, ", "[hopper-medium-replay-r1, ",
                "s.yaml:2: datasets: expected every value once, found 'hopper-medium-replay-r1' twice"
            ),
            (
                "[hopper-medium-r1, hopper-medium-replay-r1]", "[]",
                "s.yaml:2: datasets: expected a list of at least one, found an empty list"
            ),
            ("IQL: {}", "IQLL: {}", "s.yaml:7: learners: expected 'IQL' or 'SQL', found 'IQLL'"),
            (
                "IQL: {}", "Dreamer: {}",
                "s.yaml:7: learners: expected one of IQL, SQL, ACTIVE-I, ACTIVE-S, found 'Dreamer'"
            ),
            (
                "IQL: {}", "IQL: {expectil: 0.7}",
                "s.yaml:7: learners.IQL: expected 'expectile', found the key 'expectil'"
            ),
            (
                "IQL: {}", "IQL: {expectile: 1.7}",
                "s.yaml:7: learners.IQL.expectile: expected a number from 0.5 to 1.0, found '1.7'"
            ),
            (
                "IQL: {}", "IQL: {learning_rate: .nan}",
                "s.yaml:7: learners.IQL.learning_rate: expected a number from 0.0 to 1.0, found '.nan'"
            ),
            (
                "IQL: {}", "IQL: {learning_rate: .inf}",
                "s.yaml:7: learners.IQL.learning_rate: expected a number from 0.0 to 1.0, found '.inf'"
            ),
            (
                "IQL: {}", "IQL: {learning_rate: fast}",
                "s.yaml:7: learners.IQL.learning_rate: expected a number from 0.0 to 1.0, found 'fast'"
            ),
            (
                "IQL: {}", "IQL: {batch: 0}",
                "s.yaml:7: learners.IQL.batch: expected a whole number from 1 to 65536, found '0'"
            ),
            (
                "IQL: {}", "IQL: {value_layer_norm: 1}",
                "s.yaml:7: learners.IQL.value_layer_norm: expected true or false, found '1'"
            ),
            (
                "IQL: {}", "IQL: {hidden: []}",
                "s.yaml:7: learners.IQL.hidden: expected a list of 1 to 8 layer widths from 1 to 8192, found an empty list"
            ),
            (
                "IQL: {}", "IQL: {hidden: [16, 0]}",
                "s.yaml:7: learners.IQL.hidden: expected a list of 1 to 8 layer widths from 1 to 8192, found a list"
            ),
            ("IQL: {}", "IQL: [1]", "s.yaml:7: learners.IQL: expected keys with values, found a list"),
            (
                "sweep: {m: [1, 10]", "sweep: {hidden: [[32]]",
                "s.yaml:9: learners.ACTIVE-S.hidden: expected one value or a sweep of them, found both"
            ),
            (
                "m: [1, 10]", "m: []",
                "s.yaml:9: learners.ACTIVE-S.sweep.m: expected a list of at least one, found an empty list"
            ),
            (
                "m: [1, 10]", "m: [1, 1]",
                "s.yaml:9: learners.ACTIVE-S.sweep.m: expected every value once, found '1' twice"
            ),
            ("name: small", "name: []", "s.yaml:1: name: expected a word, found an empty list"),
        ])
    func isRefused(old: String, new: String, sentence: String) {
        #expect(refusal(replacing: old, with: new) == sentence)
    }

    @Test func aMissingKey() {
        #expect(
            refusal(replacing: "name: small\n", with: "")
                == "s.yaml:1: the study: expected the key 'name', found only datasets, evaluate, learners, seeds, steps"
        )
    }

    /// The second value would silently win in a reader that keeps the last. The line is that of the first.
    @Test(arguments: [
        ("steps: 1e4", "steps: 1e4\nsteps: 2e4", 4, "steps"), ("IQL: {}", "IQL: {}\n  IQL: {}", 7, "IQL"),
    ])
    func aKeyTwice(old: String, new: String, line: Int, key: String) {
        #expect(
            refusal(replacing: old, with: new)
                == "s.yaml:\(line): expected every key once, found '\(key)' again")
    }

    /// To YAML these are two keys, to a study one.
    @Test(arguments: [
        ("steps: 1e4", "steps: 5\n!x steps: 6", 5, "the study", "steps"),
        ("{every: 5_000, ", "{every: 5, !x every: 6, ", 5, "evaluate", "every"),
        ("IQL: {}", "IQL: {batch: 8, !x batch: 9}", 7, "learners.IQL", "batch"),
        ("sweep: {m: [1, 10], ", "sweep: {m: [1, 10], !x m: [2], ", 9, "learners.ACTIVE-S.sweep", "m"),
    ])
    func aKeyTwiceWithAnotherTag(old: String, new: String, line: Int, place: String, key: String) {
        #expect(
            refusal(replacing: old, with: new)
                == "s.yaml:\(line): \(place): expected every key once, found '\(key)' twice")
    }

    /// File systems end a name at 255 bytes.
    @Test func aVariantWithTooLongAName() throws {
        let settings = [
            ("alpha", "0.123456789"), ("m", "1000"), ("quantile", "0.123456789"),
            ("target_log_likelihood", "-0.987654321"), ("initial_beta", "0.123456789"), ("beta_rate", "0.123456789"),
            ("weight_cap", "123.456789"), ("learning_rate", "0.123456789"), ("discount", "0.987654321"),
            ("target_rate", "0.123456789"), ("batch", "65536"), ("hidden", "[1024]"), ("value_layer_norm", "false"),
        ]
        func learner(_ count: Int) -> String {
            "ACTIVE-S: {" + settings.prefix(count).map { "\($0): \($1)" }.joined(separator: ", ") + "}"
        }
        let name = settings.map { $1 == "[1024]" ? "hidden=1024" : "\($0)=\($1)" }.joined(separator: ",")
        #expect(
            refusal(replacing: "IQL: {}\n  SQL:\n", with: "IQL: {}\n  SQL:\n  \(learner(13))\n#")
                == "s.yaml:7: learners.ACTIVE-S: expected settings whose names and values take at most 200 characters, "
                + "found \(name.utf8.count): '\(name.prefix(60))…'")
        #expect(try SmallRun.plan(learner(6)).cases[0].variant.utf8.count <= 200)
    }

    @Test func noStudyAtAll() {
        #expect(refusal("") == "s.yaml: the file is empty")
        #expect(refusal("# only a remark\n") == "s.yaml: the file is empty")
        #expect(refusal("just words") == "s.yaml:1: the study: expected keys with values, found 'just words'")
        #expect(refusal("- 1\n- 2\n") == "s.yaml:1: the study: expected keys with values, found a list")
        #expect(
            refusal("name: [small\nsteps: }")
                == "s.yaml:2: expected the YAML of a study, did not find expected ',' or ']'")
        #expect(refusal("name: \u{1}").hasPrefix("s.yaml: expected the YAML of a study, found "))
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
        put([UInt8](repeating: 0x20, count: 2 << 20), at: path)
        #expect(fileRefusal(path) == "\(path): 2097152 bytes, expected a study of at most 1 MiB")
        put(Array(Self.good.utf8) + [0xFF, 0xFE], at: path)
        #expect(fileRefusal(path) == "\(path): not UTF-8 text")
        put(Self.good.utf8, at: path)
        let read = try StudyFile.read(path)
        #expect(read.text == Self.good)
        #expect(read.study == (try StudyFile.parse(Self.good, path: path)))
    }
}

import Algorithms
import Datasets
import Failures
import Studies
import Testing

/// A study is refused in one line: the line number, the path of keys, what was expected and what was found.
@Suite struct StudyRefusalTests {
    /// The valid study of `StudyFileTests` with one change.
    struct BadStudy: Sendable, CustomTestStringConvertible {
        let old: String
        let new: String
        let refusal: String

        /// - Parameter refusal: the error's text after the file's name.
        init(_ old: String, _ new: String, _ refusal: String) {
            self.old = old
            self.new = new
            self.refusal = refusal
        }

        var testDescription: String { new }
    }

    static func refusal(_ text: String) -> String {
        let error = #expect(throws: HarnessError.self) { try StudyFile.parse(text, path: "s.yaml") }
        #expect(error?.exitStatus == .badInput)
        let sentence = error.map { "\($0)" } ?? ""
        #expect(!sentence.contains { $0.isNewline }, "one line")
        return sentence
    }

    static func check(_ bad: BadStudy, in good: String = StudyFileTests.good) {
        #expect(good.contains(bad.old), "the test changes nothing")
        #expect(refusal(good.replacing(bad.old, with: bad.new)) == "s.yaml:" + bad.refusal)
    }

    private static let steps = "4: steps: expected a whole number from 1 to 1000000000, found "
    private static let seeds = "3: seeds: expected a whole number from 0 to 2147483647, found "
    private static let range = "3: seeds: expected a list of seeds or a range such as 0-4, found "

    @Test(arguments: [
        BadStudy("steps: 1e4", "stps: 1e4", "4: the study: expected 'steps', found the key 'stps'"),
        BadStudy("steps: 1e4", "steps: -5", steps + "'-5'"),
        BadStudy("1e4", "0", steps + "'0'"),
        BadStudy("1e4", ".nan", steps + "'.nan'"),
        BadStudy("1e4", ".inf", steps + "'.inf'"),
        BadStudy("1e4", "1.5", steps + "'1.5'"),
        BadStudy("1e4", "many", steps + "'many'"),
        BadStudy("1e4", "1e300", steps + "'1e300'"),
        BadStudy("1e4", "1e99999", steps + "'1e99999'"),
        BadStudy("1e4", "99999999999999999999", steps + "'99999999999999999999'"),
        BadStudy("1e4", "[1]", steps + "a list"),
        BadStudy("1e4", "{}", steps + "nothing"),
        BadStudy("1e4", "", steps + "nothing"),
        BadStudy("1e4", "yes", steps + "'yes'"),
        BadStudy("1e4", "'100'", steps + "the quoted text '100'"),
        BadStudy("1e4", "010", steps + "'010', which is octal in YAML"),
        BadStudy("1e4", "0x10", steps + "'0x10'"),
        BadStudy("1e4", "1:30", steps + "'1:30'"),
        BadStudy("1e4", "1,000", steps + "'1,000'"),
        BadStudy("1e4", "_1", steps + "'_1'"),
        BadStudy("name: small", "name: []", "1: name: expected a word, found an empty list"),
        BadStudy("name: small", "name:", "1: name: expected a word, found nothing"),
        BadStudy("name: small", "name: ~", "1: name: expected a word, found '~'"),
        BadStudy(
            "name: small", "name: \"a\\nb\"",
            "1: name: expected a name of at most 60 characters on one line, found 'a·b'"),
        BadStudy("[3, 1]", "[3, 1, 3]", "3: seeds: expected every value once, found '3' twice"),
        BadStudy("[3, 1]", "[3, 3.0]", "3: seeds: expected every value once, found '3' twice"),
        BadStudy("[3, 1]", "[]", "3: seeds: expected a list of at least one, found an empty list"),
        BadStudy("[3, 1]", "[-1]", seeds + "'-1'"),
        BadStudy("[3, 1]", "[07]", seeds + "'07', which is octal in YAML"),
        BadStudy("[3, 1]", "[0, ~]", seeds + "'~'"),
        BadStudy("[3, 1]", "[0-4]", seeds + "'0-4'"),
        BadStudy("[3, 1]", "5", range + "'5'"),
        BadStudy("[3, 1]", "4-0", range + "'4-0'"),
        BadStudy("[3, 1]", "0-99999999999999999999", range + "'0-99999999999999999999'"),
        BadStudy("[3, 1]", "3000000000-3000000001", range + "'3000000000-3000000001'"),
        BadStudy("[3, 1]", "2024-01-01", range + "'2024-01-01'"),
        BadStudy(
            "episodes: 10", "episodes: 0", "5: evaluate.episodes: expected a whole number from 1 to 100000, found '0'"),
        BadStudy("every: 5_000, ", "", "5: evaluate: expected the key 'every', found only episodes"),
        BadStudy("every: 5_000", "evry: 5_000", "5: evaluate: expected 'every', found the key 'evry'"),
        BadStudy("{every: 5_000, episodes: 10}", "5000", "5: evaluate: expected keys with values, found '5000'"),
        BadStudy(
            "name: small\n", "",
            "1: the study: expected the key 'name', found only datasets, evaluate, learners, seeds, steps"),
    ])
    func ofAStudy(bad: BadStudy) { Self.check(bad) }

    @Test(arguments: [
        BadStudy(
            "[hopper-medium-r1, ", "[hoper-medium-r1, ",
            "2: datasets: expected 'hopper-medium-r1', found 'hoper-medium-r1'"),
        BadStudy(
            "[hopper-medium-r1, ", "[hopper-medium, ", "2: datasets: expected 'hopper-medium-v2', found 'hopper-medium'"
        ),
        BadStudy(
            "[hopper-medium-r1, ", "[antmaze-large-paly-v2, ",
            "2: datasets: expected 'antmaze-large-play-v2', found 'antmaze-large-paly-v2'"),
        BadStudy(
            "[hopper-medium-r1, ", "[hopper-medum-v2, ",
            "2: datasets: expected 'hopper-medium-v2', found 'hopper-medum-v2'"),
        BadStudy(
            "[hopper-medium-r1, ", "[../../etc/passwd, ",
            "2: datasets: expected a name, or {name: mine, file: ../../etc/passwd, environment: hopper} for a file of your "
                + "own, found '../../etc/passwd'"),
        BadStudy(
            "[hopper-medium-r1, ", "[hopper-medium-replay-r1, ",
            "2: datasets: expected every value once, found 'hopper-medium-replay-r1' twice"),
        BadStudy("[hopper-medium-r1, ", "[[hopper-medium-r1], ", "2: datasets: expected a word, found a list"),
        BadStudy(
            "[hopper-medium-r1, hopper-medium-replay-r1]", "[]",
            "2: datasets: expected a list of at least one, found an empty list"),
        BadStudy(
            "[hopper-medium-r1, hopper-medium-replay-r1]", "hopper-medium-r1",
            "2: datasets: expected a list of at least one, found 'hopper-medium-r1'"),
    ])
    func ofDatasets(bad: BadStudy) { Self.check(bad) }

    @Test(arguments: [
        BadStudy("IQL: {}", "ACTIVE-X: {}", "7: learners: expected 'ACTIVE-I' or 'ACTIVE-S', found 'ACTIVE-X'"),
        BadStudy(
            "IQL: {}", "Dreamer: {}",
            "7: learners: expected one of \(LearnerRegistry.standard.names.joined(separator: ", ")), found 'Dreamer'"
        ),
        BadStudy("IQL: {}", "IQL: [1]", "7: learners.IQL: expected keys with values, found a list"),
        BadStudy("IQL: {}", "IQL: no", "7: learners.IQL: expected keys with values, found 'no'"),
        BadStudy("IQL: {}", "IQL: {expectil: 0.7}", "7: learners.IQL: expected 'expectile', found the key 'expectil'"),
        BadStudy("IQL: {}", "IQL: {[a]: 0.7}", "7: learners.IQL: expected a word, found a list"),
        BadStudy(
            "IQL: {}", "IQL: {target_rate: }",
            "7: learners.IQL.target_rate: expected a number from 0.0 to 1.0, found nothing"),
        BadStudy(
            "IQL: {}", "IQL: {target_rate: 1.5}",
            "7: learners.IQL.target_rate: expected a number from 0.0 to 1.0, found '1.5'"),
        BadStudy(
            "IQL: {}", "IQL: {learning_rate: .nan}",
            "7: learners.IQL.learning_rate: expected a number from 0.0 to 1.0, found '.nan'"),
        BadStudy(
            "IQL: {}", "IQL: {learning_rate: .inf}",
            "7: learners.IQL.learning_rate: expected a number from 0.0 to 1.0, found '.inf'"),
        BadStudy(
            "IQL: {}", "IQL: {learning_rate: fast}",
            "7: learners.IQL.learning_rate: expected a number from 0.0 to 1.0, found 'fast'"),
        BadStudy(
            "IQL: {}", "IQL: {learning_rate: '0.1'}",
            "7: learners.IQL.learning_rate: expected a number from 0.0 to 1.0, found the quoted text '0.1'"),
        BadStudy(
            "IQL: {}", "IQL: {batch: 0}", "7: learners.IQL.batch: expected a whole number from 1 to 65536, found '0'"),
        BadStudy(
            "IQL: {}", "IQL: {batch: -256}",
            "7: learners.IQL.batch: expected a whole number from 1 to 65536, found '-256'"),
        BadStudy(
            "IQL: {}", "IQL: {batch: 0256}",
            "7: learners.IQL.batch: expected a whole number from 1 to 65536, found '0256', which is octal in YAML"),
        BadStudy(
            "IQL: {}", "IQL: {value_layer_norm: 1}",
            "7: learners.IQL.value_layer_norm: expected true or false, found '1'"),
        BadStudy(
            "IQL: {}", "IQL: {value_layer_norm: yes}",
            "7: learners.IQL.value_layer_norm: expected true or false, found 'yes'"),
        BadStudy(
            "IQL: {}", "IQL: {hidden: []}",
            "7: learners.IQL.hidden: expected a list of 1 to 8 layer widths from 1 to 8192, found an empty list"),
        BadStudy(
            "IQL: {}", "IQL: {hidden: [16, 0]}",
            "7: learners.IQL.hidden: expected a list of 1 to 8 layer widths from 1 to 8192, found a list"),
        BadStudy(
            "IQL: {}", "IQL: {hidden: [16, x]}",
            "7: learners.IQL.hidden: expected a list of 1 to 8 layer widths from 1 to 8192, found a list"),
        BadStudy(
            "IQL: {}", "IQL: {reward: retrun-range}",
            "7: learners.IQL.reward: expected 'return-range', found 'retrun-range'"),
        BadStudy(
            "sweep: {m: [1, 10]", "sweep: {hidden: [[32]]",
            "9: learners.ACTIVE-S.hidden: expected one value or a sweep of them, found both"),
        BadStudy(
            "m: [1, 10]", "m: []", "9: learners.ACTIVE-S.sweep.m: expected a list of at least one, found an empty list"),
        BadStudy("m: [1, 10]", "m: 10", "9: learners.ACTIVE-S.sweep.m: expected a list of at least one, found '10'"),
        BadStudy("m: [1, 10]", "m: [1, 1]", "9: learners.ACTIVE-S.sweep.m: expected every value once, found '1' twice"),
        BadStudy(
            "m: [1, 10]", "m: [1, 1.0]", "9: learners.ACTIVE-S.sweep.m: expected every value once, found '1' twice"),
        BadStudy(
            "m: [1, 10]", "m: [1, 0]", "9: learners.ACTIVE-S.sweep.m: expected a whole number from 1 to 1024, found '0'"
        ),
        BadStudy("{m: [1, 10]", "{mm: [1, 10]", "9: learners.ACTIVE-S.sweep: expected 'm', found the key 'mm'"),
        BadStudy("sweep: {", "swep: {", "9: learners.ACTIVE-S: expected 'sweep', found the key 'swep'"),
        BadStudy(
            "sweep: {m", "sweep: {sweep: {}, m",
            "9: learners.ACTIVE-S.sweep: expected one of "
                + LearnerDefinition.activeS.hyperparameters().settings.map(\.key).joined(separator: ", ")
                + ", found the key 'sweep'"),
        BadStudy(
            "  IQL: {}\n  SQL:\n  ACTIVE-S", "  {}\n#",
            "7: learners: expected learners with their settings, such as `IQL: {}`, found nothing"),
    ])
    func ofLearners(bad: BadStudy) { Self.check(bad) }

    /// A reader that keeps the last value would silently use the second. The reported line is that of the first.
    @Test(arguments: [
        BadStudy("steps: 1e4", "steps: 1e4\nsteps: 2e4", "4: expected every key once, found 'steps' again"),
        BadStudy("IQL: {}", "IQL: {}\n  IQL: {}", "7: expected every key once, found 'IQL' again"),
        BadStudy("IQL: {}", "IQL: {batch: 1, batch: 2}", "7: expected every key once, found 'batch' again"),
        // YAML reads these as two keys, a study as one.
        BadStudy("steps: 1e4", "steps: 5\n!x steps: 6", "5: the study: expected every key once, found 'steps' twice"),
        BadStudy(
            "{every: 5_000, ", "{every: 5, !x every: 6, ", "5: evaluate: expected every key once, found 'every' twice"),
        BadStudy(
            "IQL: {}", "IQL: {batch: 8, !x batch: 9}",
            "7: learners.IQL: expected every key once, found 'batch' twice"),
        BadStudy(
            "sweep: {m: [1, 10], ", "sweep: {m: [1, 10], !x m: [2], ",
            "9: learners.ACTIVE-S.sweep: expected every key once, found 'm' twice"),
    ])
    func ofAKeyTwice(bad: BadStudy) { Self.check(bad) }

    /// A sweep over sweeps takes a few lines and has more cases than any machine could run.
    @Test func ofTooManyCases() {
        let values = "[" + (1...99).map { "0.\($0 + 100)" }.joined(separator: ", ") + "]"
        let sweep = ["learning_rate", "target_rate", "discount", "quantile", "beta_rate"].map { "\($0): \(values)" }
        // Two datasets, two seeds; 99⁵ variants of ACTIVE-I, one of SQL, four of ACTIVE-S.
        Self.check(
            BadStudy(
                "IQL: {}", "ACTIVE-I: {sweep: {\(sweep.joined(separator: ", "))}}",
                "7: learners: expected at most 100000 cases, found 38039602016"))
    }

    /// File systems limit a name to 255 bytes.
    @Test func ofAVariantWithTooLongAName() throws {
        let settings = presetSettings(of: .activeS, on: SmallRun.dataset).settings.compactMap {
            setting -> String? in
            switch setting.range {
            case .real(let range) where range.contains(0.987654321): "\(setting.key): 0.987654321"
            case .integer(let range): "\(setting.key): \(range.upperBound)"
            default: nil
            }
        }
        func learner(_ count: Int) -> String { "ACTIVE-S: {\(settings.prefix(count).joined(separator: ", "))}" }
        let sentence = Self.refusal(
            StudyFileTests.good.replacing("IQL: {}\n  SQL:\n", with: "IQL: {}\n  SQL:\n  \(learner(99))\n#"))
        let start =
            "s.yaml:7: learners.ACTIVE-S: expected settings whose names and values take at most 200 characters, found "
        #expect(sentence.hasPrefix(start), "\(sentence)")
        #expect(sentence.hasSuffix("…'"), "the name is shortened: \(sentence)")
        #expect(try SmallRun.plan(learner(5)).cases[0].variant.utf8.count <= 200)
    }
}

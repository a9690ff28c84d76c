import Cases
import DatasetTools
import Datasets
import Failures
import Foundation
import Report
import RunFolders
import ScratchFiles
import Storage
import Studies
import Suites
import Testing

@Suite struct AggregationTests {
    let temporary = TemporaryFolder()
    private var folder: RunFolder { RunFolder(temporary.path) }

    private func leave(_ studyCase: StudyCase, scores: [String], divergedAfter: Int? = nil, sha256: String = "ab")
        throws
    {
        try DurableFile.makeFolder(folder.folder(of: studyCase).path)
        try DurableFile.write(studyCase.configuration, to: folder.file("config.yaml", of: studyCase))
        let evaluations = scores.enumerated().map { (step: 5 * ($0 + 1), score: $1) }
        try DurableFile.write(
            SmallRun.result(studyCase, scores: evaluations, divergedAfter: divergedAfter, sha256: sha256),
            to: folder.file("result.json", of: studyCase))
    }

    /// Twelve evaluations of each of two seeds: the scores 1, 2, …, 12 with a peak of 50 at the third, and all 4.
    private func whole() throws -> StudyPlan {
        let plan = try SmallRun.plan("IQL: {}", seeds: "[0, 1]")
        try leave(plan.cases[0], scores: (1...12).map { $0 == 3 ? "50" : "\($0)" })
        try leave(plan.cases[1], scores: (1...12).map { _ in "4" })
        return plan
    }

    /// Computed by hand. last: (12 + 4)/2 ± 4. best: (50 + 4)/2 ± 23. last10: the evaluations 3 to 12 of the first seed
    /// sum to 50 + 72 = 122, so (12.2 + 4)/2 ± 4.1.
    @Test(
        arguments: [
            (ScoreProtocol.Selection.last, 8.0, 4.0), (.best, 27, 23), (.last10, 8.1, 4.1),
        ])
    func protocols(selection: ScoreProtocol.Selection, mean: Double, deviation: Double) throws {
        let table = try Aggregation(whole(), folder: folder).table(selection)
        let cell = try #require(table.cell("IQL", on: SmallRun.dataset))
        #expect(abs(cell.mean - mean) < 1e-12)
        #expect(abs(cell.standardDeviation - deviation) < 1e-12, "population")
        #expect(cell.isComplete)
        #expect(table.scoreProtocol == ScoreProtocol(selection, episodes: [2]), "the table says how it was measured")
    }

    @Test func fewerThanTenEvaluations() throws {
        let plan = try SmallRun.plan("IQL: {}")
        try leave(plan.cases[0], scores: ["1", "2", "6"])
        let result = try CaseResult.read(folder.file("result.json", of: plan.cases[0]))
        #expect(Aggregation.score(result, .last10) == 3)
        #expect(Aggregation.score(result, .last) == 6)
    }

    @Test func missingPartialAndDivergedCasesAreShown() throws {
        let plan = try SmallRun.plan("{IQL: {}, SQL: {}, ACTIVE-I: {}, ACTIVE-S: {}}", seeds: "0-2")
        let cases = plan.cases  // Learner by learner, three seeds each; SQL has no results.
        for (seed, score) in ["10", "20", "30"].enumerated() { try leave(cases[seed], scores: [score]) }
        try leave(cases[6], scores: ["5"])
        try leave(cases[9], scores: ["7"])
        try leave(cases[10], scores: ["\"nan\""], divergedAfter: 5)
        try leave(cases[11], scores: ["9"], divergedAfter: 6)

        let table = try Aggregation(plan, folder: folder).table(.last)
        func cell(_ column: String) throws -> CellScore { try #require(table.cell(column, on: SmallRun.dataset)) }
        #expect(table.columns == ["IQL", "SQL", "ACTIVE-I", "ACTIVE-S"])
        #expect(try cell("IQL").mean == 20 && cell("IQL").isComplete)
        #expect(try cell("SQL").seeds.isEmpty && cell("SQL").expectedSeeds == 3)
        #expect(try cell("ACTIVE-I").seeds == [.init(0, 5)] && !cell("ACTIVE-I").isComplete)
        #expect(try cell("ACTIVE-S").notFinite == 2, "a diverged case has no score, whatever its evaluation said")
        #expect(try cell("ACTIVE-S").mean.isNaN, "never averaged away")
        #expect(
            try cell("ACTIVE-S").notes == [
                "seed 1 diverged by step 5 (critic_loss is nan)", "seed 2 diverged by step 6 (critic_loss is nan)",
            ])

        let markdown = table.markdown()
        for words in ["20.0 ±8.2", "– (0/3)", "5.0 (1/3)", "seed 1 diverged by step 5"] {
            #expect(markdown.contains(words), "\(words) in \(markdown)")
        }
    }

    @Test func aDamagedResultEndsTheTable() throws {
        let plan = try whole()
        let path = folder.file("result.json", of: plan.cases[1])
        put(bytes(of: path).prefix(100), at: path)
        let error = #expect(throws: HarnessError.self) { try Aggregation(plan, folder: folder).table(.last) }
        #expect(error?.exitStatus == .badInput)
        #expect(error.map { "\($0)".hasPrefix(path) } == true)
    }

    /// Results of a study that another program, or this one with other presets, planned and finished.
    @Test func manifestAndResultsAreEnough() throws {
        let plan = try SmallRun.plan("{IQL: {}, SQL: {}}", seeds: "[0, 1]")
        let manifest = RunManifest(plan, study: "", studyPath: "s.yaml", datasets: [:], provenance: SmallRun.provenance)
        put(try manifest.encoded(), at: temporary("run.json"))
        for (studyCase, score) in zip(plan.cases, ["1", "2", "3"]) {  // the last one is not done
            try DurableFile.makeFolder(folder.folder(of: studyCase).path)
            try DurableFile.write(
                SmallRun.result(studyCase, scores: [(60, score)]), to: folder.file("result.json", of: studyCase))
        }
        let table = try Aggregation(folder).table(.last)
        #expect(table.cell("IQL", on: SmallRun.dataset)?.mean == 1.5)
        #expect(table.cell("SQL", on: SmallRun.dataset)?.seeds == [.init(0, 3)])
        #expect(table.cell("SQL", on: SmallRun.dataset)?.expectedSeeds == 2)
        #expect(table.scoreProtocol == ScoreProtocol(.last, episodes: [2]))
    }

    /// A result of fewer steps is of a case that is to resume; one of more steps belongs to another study.
    @Test func aResultOfAnotherLength() throws {
        try leave(SmallRun.plan("IQL: {}").cases[0], scores: ["1"])
        let longer = try Aggregation(SmallRun.plan("IQL: {}", steps: 70), folder: folder).table(.last)
        #expect(longer.cell("IQL", on: SmallRun.dataset)?.seeds.isEmpty == true)
        let shorter = try SmallRun.plan("IQL: {}", steps: 50)
        let error = #expect(throws: HarnessError.self) { try Aggregation(shorter, folder: folder).table(.last) }
        let path = folder.file("result.json", of: shorter.cases[0])
        #expect(error == .badInput("\(path): expected a case of 50 steps, found one of 60"))
    }

    /// Files whose contents `run.json` records as equal are one dataset.
    @Test func filesOfTheSameContentsAreNotDifferent() throws {
        let plan = try SmallRun.plan("IQL: {}", seeds: "0-1")
        for (studyCase, sha256) in zip(plan.cases, ["ab", "cd"]) { try leave(studyCase, scores: ["1"], sha256: sha256) }
        let file = DatasetFile(dataset: SmallRun.dataset, path: "", sha256: "cd", contentsSHA256: "1", transitions: 9)
        for (others, count) in [(["ab"], 0), (["ef"], 1)] {
            let known = file.joined(
                by: others.map { sha256 in
                    DatasetFile(dataset: "", path: "", sha256: sha256, contentsSHA256: "1", transitions: 9)
                })
            let manifest = RunManifest(
                plan, study: "", studyPath: "", datasets: [SmallRun.dataset: known], provenance: SmallRun.provenance)
            try DurableFile.write(manifest.encoded(), to: folder.file("run.json"))
            for table in [try Aggregation(plan, folder: folder), try Aggregation(folder)] {
                #expect(try table.table(.last).cell("IQL", on: SmallRun.dataset)?.notes.count == count)
            }
        }
    }

    @Test func mixedDatasetsOfACellAreNoted() throws {
        let plan = try SmallRun.plan("{IQL: {}, SQL: {}}", seeds: "0-2")
        for (index, sha256) in ["ab", "cd", "ab", "cd", "cd", "cd"].enumerated() {
            try leave(plan.cases[index], scores: ["1"], sha256: sha256)
        }
        let table = try Aggregation(plan, folder: folder).table(.last)
        let note = "trained on 2 different files of hopper-random-r1"
        #expect(table.cell("IQL", on: SmallRun.dataset)?.notes == [note])
        #expect(table.cell("SQL", on: SmallRun.dataset)?.notes == [], "all of one file, though another than IQL's")
        #expect(table.markdown().contains(note))
    }

    /// A generated dataset has the name of one of D4RL's.
    @Test func anotherFileThanD4RLsIsNoted() throws {
        let dataset = "hopper-medium-v2"
        let plan = try SmallRun.plan("{IQL: {}, SQL: {}}", dataset: dataset)
        let published = try #require(D4RLCatalogue.entry(of: dataset)?.sha256)
        for (studyCase, sha256) in zip(plan.cases, [published, "ab"]) {
            try leave(studyCase, scores: ["1"], sha256: sha256)
        }
        let table = try Aggregation(plan, folder: folder).table(.last)
        #expect(table.cell("IQL", on: dataset)?.notes == [])
        #expect(table.cell("SQL", on: dataset)?.notes == ["not trained on D4RL's published file"])
        #expect(table.markdown().contains("SQL on hopper-medium-v2: not trained on D4RL's published file."))
    }

    @Test func filesHoldTheTable() throws {
        let aggregation = try Aggregation(whole(), folder: folder)
        let table = try aggregation.table(.last)
        try aggregation.write(table)
        #expect(text(of: temporary("table.md")) == table.markdown())
        #expect(text(of: temporary("table.tex")) == table.latex())
        #expect(text(of: temporary("table.csv")) == table.csv())
    }
}

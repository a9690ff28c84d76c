import Cases
import DatasetTools
import Failures
import Report
import RunFolders
import ScratchFiles
import Storage
import Studies
import Testing

@Suite struct RunFolderTests {
    let temporary = TemporaryFolder()
    private var folder: RunFolder { RunFolder(temporary.path) }

    @Test func pathsOfACase() throws {
        let studyCase = try SmallRun.plan("ACTIVE-I: {sweep: {m: [10]}}", seeds: "[7]").cases[0]
        let place = "\(temporary.path)/cases/ACTIVE-I/hopper-random-r1/m=10/seed-7"
        #expect(folder.file("result.json", of: studyCase) == place + "/result.json")
        #expect(folder.log(ofRank: 12) == temporary("logs/rank-0012.log"))
        #expect(folder.log(ofRank: 123_456) == temporary("logs/rank-123456.log"))
    }

    /// A case is done once its result exists, which is written last.
    @Test func aResultMakesACaseDone() throws {
        let studyCase = try SmallRun.plan("IQL: {}").cases[0]
        #expect(try !folder.isDone(studyCase))
        try DurableFile.makeFolder(folder.folder(of: studyCase).path)
        try DurableFile.write(studyCase.configuration, to: folder.file("config.yaml", of: studyCase))
        #expect(try !folder.isDone(studyCase), "begun, but not ended")
        try DurableFile.write(
            SmallRun.result(studyCase, scores: [(60, "1")]), to: folder.file("result.json", of: studyCase))
        #expect(try folder.isDone(studyCase))
    }

    @Test func anotherConfigurationIsRefused() throws {
        let studyCase = try SmallRun.plan("IQL: {}", steps: 60).cases[0]
        let changed = try SmallRun.plan("IQL: {}", steps: 70).cases[0]
        #expect(studyCase.identifier == changed.identifier, "both have the same folder")
        let path = folder.file("config.yaml", of: studyCase)
        try DurableFile.makeFolder(folder.folder(of: studyCase).path)
        try DurableFile.write(changed.configuration, to: path)
        var error = #expect(throws: HarnessError.self) { try folder.isDone(studyCase) }
        let advice = ": choose another --out folder, or remove this case's"
        #expect(
            error
                == .badInput(
                    "\(path) has 'steps: 70' where the study now has 'steps: 60' (training can be made longer, not shorter)"
                        + advice))

        // An older program may have had fewer settings.
        let lines = studyCase.configuration.split(separator: "\n")
        try DurableFile.write(lines.dropLast().joined(separator: "\n") + "\n", to: path)
        error = #expect(throws: HarnessError.self) { try folder.isDone(studyCase) }
        #expect(
            error == .badInput("\(path) has \(lines.count - 1) lines where the study now has \(lines.count)" + advice))
    }

    /// Comments, which tell the origin of values, may differ; only the values matter.
    @Test func commentsOfAConfigurationDoNotMatter() throws {
        let studyCase = try SmallRun.plan("IQL: {}").cases[0]
        let path = folder.file("config.yaml", of: studyCase)
        try DurableFile.makeFolder(folder.folder(of: studyCase).path)
        try DurableFile.write(
            SmallRun.result(studyCase, scores: [(60, "1")]), to: folder.file("result.json", of: studyCase))
        let reworded = studyCase.configuration.replacing("official IQL", with: "Kostrikov's code")
        let bare = studyCase.configuration.replacing("  # official IQL", with: "")
        for text in [reworded, bare] {
            #expect(text != studyCase.configuration)
            try DurableFile.write(text, to: path)
            #expect(try folder.isDone(studyCase))
        }
        try DurableFile.write(reworded.replacing("discount: 0.99", with: "discount: 0.98"), to: path)
        let error = #expect(throws: HarnessError.self) { try folder.isDone(studyCase) }
        #expect(
            error
                == .badInput(
                    "\(path) has 'discount: 0.98' where the study now has 'discount: 0.99': choose another --out folder, "
                        + "or remove this case's"))
    }

    @Test func aFolderWithoutARun() {
        let error = #expect(throws: HarnessError.self) { try Aggregation(folder) }
        let path = temporary("run.json")
        #expect(error == .badInput("\(path): no such file; expected a folder made by `active-bench run`"))
        put("{}".utf8, at: path)
        let damaged = #expect(throws: HarnessError.self) { try Aggregation(folder) }
        #expect(damaged.map { "\($0)".hasPrefix("\(path): not the manifest of a run") } == true)
        let planned = #expect(throws: HarnessError.self) {
            try Aggregation(StudyPlan(StudyFile.parse(StudyFileTests.good, path: "s.yaml")), folder: folder)
        }
        #expect(planned == damaged)
    }

    @Test func theManifestComesBack() throws {
        let plan = StudyPlan(try StudyFile.parse(StudyFileTests.good, path: "s.yaml"))
        let file = DatasetFile(dataset: "hopper-medium-v2", path: "/x.hdf5", sha256: "ab", transitions: 9)
        let manifest = RunManifest(
            plan, study: StudyFileTests.good, studyPath: "s.yaml", datasets: ["hopper-medium-v2": file],
            provenance: SmallRun.provenance)
        put(try manifest.encoded(), at: temporary("run.json"))
        let read = try RunManifest.read(folder)
        #expect(read.study == StudyFileTests.good && read.studyPath == "s.yaml")
        #expect(
            read.cases == plan.cases.map { RunManifest.Entry($0) } && read.episodes == plan.study.evaluation.episodes)
        #expect(read.datasets == ["hopper-medium-v2": file])
        #expect(read.provenance.build.source == "a test")
        let tables = [try Aggregation(folder), try Aggregation(plan, folder: folder)]
        #expect(try tables[0].table(.last).markdown() == tables[1].table(.last).markdown())
    }
}

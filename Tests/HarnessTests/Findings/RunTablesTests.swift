import Cases
import Failures
import Findings
import Foundation
import RunFolders
import ScratchFiles
import Storage
import Studies
import Testing

/// Tables that are made of whole run folders, here of a few lines each.
@Suite struct RunTablesTests {
    let temporary = TemporaryFolder()

    /// Leaves a manifest, and the files `contents` of every case.
    private func leave(_ name: String, _ plan: StudyPlan, _ contents: (StudyCase) -> [String: String]) throws
        -> RunFolder
    {
        let folder = RunFolder(temporary(name))
        try DurableFile.makeFolder(folder.path)
        let manifest = RunManifest(
            plan, study: "", studyPath: "small.yaml", datasets: [:], provenance: SmallRun.provenance)
        try DurableFile.write(manifest.encoded(), to: folder.file("run.json"))
        for studyCase in plan.cases {
            try DurableFile.makeFolder(folder.folder(of: studyCase).path)
            for (file, text) in contents(studyCase) {
                try DurableFile.write(text, to: folder.file(file, of: studyCase))
            }
        }
        return folder
    }

    private func leaveTimes(_ name: String, train: [Double], actual: Double, checkpoints: [Double] = []) throws {
        let plan = try SmallRun.plan("IQL: {}", seeds: "[0, 1]")
        let folder = try leave(name, plan) { studyCase in
            let times =
                [("prepare", 0.5)] + train.map { ("train", $0 + Double(studyCase.seed)) }
                + checkpoints.map { ("checkpoint", $0) }
            return ["timing.csv": "phase,step,seconds\n" + times.map { "\($0),60,\($1)\n" }.joined()]
        }
        try DurableFile.makeFolder(folder.file("logs"))
        try Makespan(predicted: 100, actual: actual, imbalance: 1, ranks: 2, teamSize: 1).write(to: folder)
    }

    /// Leaves what `bench product --json` prints.
    private func leaveRates(_ rates: [Double], at name: String) {
        let lines = rates.map { #"{"gigaflops":335.5,"kernels":"Zen","productsPerSecond":\#($0)}"# + "\n" }
        put(lines.joined().utf8, at: temporary(name))
    }

    @Test func gainsOfRanks() throws {
        for (round, factor) in [(1, 1.0), (2, 1.02), (3, 0.99)] {
            for (name, seconds) in [
                ("shards-1", 40.0), ("shards-2", 20.5), ("team-1", 9), ("team-2", 4.5), ("small-1", 3), ("small-2", 2),
            ] {
                let scale = name.hasSuffix("2") ? 1 : factor
                try leaveTimes("round-\(round)/\(name)", train: [seconds * scale], actual: seconds * scale)
            }
            leaveRates([10000, 9900], at: "round-\(round)/products-1")
            leaveRates([9801, 9850, 9802, 9850], at: "round-\(round)/products-2")
        }
        try leaveTimes("checkpoints", train: [50, 49], actual: 100, checkpoints: [0.03, 0.0425])
        for (rank, messages) in [(0, 9000), (1, 15000)] {
            let sent = CaseTraffic(
                identifier: "case", steps: 3000, messages: messages, bytes: 15_300_000, seconds: 0.276)
            try RankTraffic(cases: [sent]).write(to: RunFolder(temporary("round-3/team-2")), rank: rank)
        }
        let unforeseen = try RankGains(temporary.path).markdown
        #expect(unforeseen.contains("| **forecast of the quickstart study on two ranks** | not run |\n"))
        try leaveTimes("quickstart", train: [1], actual: 104)
        #expect(
            try RankGains(temporary.path).markdown == """
                | | median, lowest to highest |
                | --- | --- |
                | two independent loops of 256³ products against one | 1.975, 1.98 to 1.98 |
                | four IQL cases on two ranks against one | 1.951, 1.93 to 1.99 |
                | **the second over the first** (≥ 0.95) | 0.988, 0.98 to 1.01 |
                | **ACTIVE-I m = 10 on a team of two against one rank** (≥ 1.75) | 1.900, 1.88 to 1.94 |
                | IQL on a team of two against one rank | 1.400, 1.39 to 1.42 |
                | **checkpoints every minute, share of training** (< 0.01), ACTIVE-I m = 10 | 0.0007 in 4 checkpoints |
                | **forecast of the quickstart study on two ranks** | 100 s predicted, 104 s taken: +4.0 % (within 15 %: yes) |

                - Of a gradient step, ranks 0 and 1 of the team. ACTIVE-I m = 10: 3.0 messages and 5.1 kB a step, \
                0.092 ms a step in exchanges; 5.0 messages and 5.1 kB a step, 0.092 ms a step in exchanges. IQL: not recorded.

                """)
    }

    @Test func measurementsThatAreMissing() throws {
        #expect(throws: HarnessError.self) { try RankGains(temporary.path) }
        try DurableFile.makeFolder(temporary("round-1"))
        #expect { try RankGains(temporary.path) } throws: { "\($0)".contains("products-2: no such file") }
        for text in ["", "Zen 10000 products/s, 335.5 GFLOP/s\n", "{}\n"] {
            put(text.utf8, at: temporary("round-1/products-2"))
            #expect { try RankGains(temporary.path) } throws: { "\($0)".contains("bench product --json`") }
        }
    }

    /// Rows of `timing.csv` with a case's checkpoints and resumes, every ten steps; the largest distance, nil for a
    /// refusal.
    @Test(
        arguments: [
            ([], 0), (["train,7", "checkpoint,10", "resume,10", "checkpoint,14"], 10),
            (["checkpoint,6", "resume,16"], 10), (["checkpoint,4", "evaluate,60"], 4),
            (["checkpoint,10", "resume,0"], nil), (["checkpoint,10", "resume,21"], nil), (["checkpoint,11"], nil),
            (["checkpoint,2.5"], nil), (["checkpoint,x"], nil),
        ] as [([String], Int?)])
    func distancesOfCheckpoints(rows: [String], largest: Int?) throws {
        let plan = try SmallRun.plan("IQL: {}", seeds: "[0, 1]")
        let folder = try leave("soak", plan) { studyCase in
            let rows = studyCase.seed == 0 ? ["checkpoint,0"] : rows
            return ["timing.csv": "phase,step,seconds\n" + rows.map { "\($0),0.25\n" }.joined()]
        }
        if let largest {
            #expect(try CheckpointDistance(folder, interval: 10).largest == largest)
        } else {
            #expect {
                try CheckpointDistance(folder, interval: 10)
            } throws: {
                "\($0)".contains("timing.csv: expected")
            }
        }
    }

    /// A study's extent as its manifest has it; cases that differ in it have none.
    @Test func extentsOfStudies() throws {
        let plan = try SmallRun.plan("IQL: {}", seeds: "[0, 1, 4]")
        let folder = try leave("extent", plan) { _ in [:] }
        let first = plan.cases[0]
        #expect(
            try StudyExtent(folder)
                == StudyExtent(
                    dataset: first.dataset, steps: first.steps, seeds: 3, episodes: first.finalEpisodes))
        let path = folder.file("run.json")
        let steps = #""steps" : "#
        let other = text(of: path).replacing("\(steps)\(first.steps)", with: "\(steps)7", maxReplacements: 1)
        #expect(other != text(of: path))
        put(other.utf8, at: path)
        #expect(throws: HarnessError.self) { try StudyExtent(folder) }
    }

    /// The text above the committed table, for a study of the same extent.
    @Test func headingOfEnsembles() throws {
        let committed = try String(
            contentsOfFile: Repository.path("results/scaling/ensemble-size.md"), encoding: .utf8)
        let extent = StudyExtent(dataset: "hopper-medium-r1", steps: 20_000, seeds: 3, episodes: 10)
        #expect(committed.contains("\n\n" + EnsembleSize.heading(extent) + "\n| m |"))
    }

    /// The committed table, remade from the numbers beside it.
    @Test func sizesOfEnsembles() throws {
        let plan = try SmallRun.plan("ACTIVE-I: {sweep: {m: [1, 2, 20]}}", seeds: "[0, 1]")
        let folder = try leave("ensemble", plan) { studyCase in
            let shift = Double(studyCase.seed)
            return [
                "result.json": SmallRun.result(studyCase, scores: [(60, "\(20 + 3 * shift)")]),
                "curve.csv": """
                step,critic_loss,mean_q,mean_v,ensemble_std,min_gap_ratio,diverged
                30,nan,1,1,1,1,0
                45,0.5,\(50 + shift),\(49 + shift),0.125,1.175,0
                60,0.25,\(52 + shift),50.25,0.5,1.25,0

                """,
            ]
        }
        let costs =
            #"{"kernels": "Zen", "learners": [{"learner": "ACTIVE-I m=1", "units": 23.719}, "#
            + #"{"learner": "ACTIVE-I m=2", "units": 29.106}, {"learner": "ACTIVE-I m=20", "units": 126.244}]}"#
        put(costs.utf8, at: temporary("costs.json"))
        let sizes = try EnsembleSize(folder, costs: temporary("costs.json"))
        #expect(
            sizes.csv == """
                m,score,score_std,mean_q,mean_v,ensemble_std,gap_ratio,units_per_step
                1,21.5,1.5,51.5000,49.8750,0.3125,1.2125,23.72
                2,21.5,1.5,51.5000,49.8750,0.3125,1.2125,29.11
                20,21.5,1.5,51.5000,49.8750,0.3125,1.2125,126.24

                """)
        #expect(
            sizes.markdown == """
                | m | score | mean Q | mean V | σ | gap ratio | if Gaussian | cost of a step |
                | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
                | 1 | 21.5 ±1.5 | 51.5 | 49.9 | – | – | – | 23.7 |
                | 2 | 21.5 ±1.5 | 51.5 | 49.9 | 0.3125 | 1.2125 | 1.178 | 29.1 |
                | 20 | 21.5 ±1.5 | 51.5 | 49.9 | 0.3125 | 1.2125 | 1.006 | 126.2 |

                """)
        put("{\"learners\": []}".utf8, at: temporary("none.json"))
        #expect(throws: HarnessError.self) { try EnsembleSize(folder, costs: temporary("none.json")) }
        try FileManager.default.removeItem(atPath: folder.file("result.json", of: plan.cases[0]))
        #expect(throws: HarnessError.self) { try EnsembleSize(folder, costs: temporary("costs.json")) }
    }
}

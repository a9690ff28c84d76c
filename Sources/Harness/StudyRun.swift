import Environments
import Datasets
import Foundation
import Logging
import MPI
import Numerics
import Report

/// A study worked off by the ranks of a communicator: plan, inputs checked, cases shared out, trained, aggregated.
///
/// The only collective calls are made at the start; after that no rank waits for another until its own cases are done.
public final class StudyRun {
    private let world: Communicator
    private let studyPath: String
    private let folder: RunFolder

    /// A run of the study at `studyPath` into the folder `output`.
    public init(studyPath: String, output: String, world: Communicator) {
        self.studyPath = studyPath
        folder = RunFolder(output)
        self.world = world
    }

    /// Runs the study on all ranks.
    ///
    /// - Returns: on rank 0 the finished table, nil elsewhere.
    /// - Throws: `AgreedFault` on all ranks when an input is refused; any other error is this rank's alone, and the
    ///   caller must end the job.
    public func run() throws -> ScoreTable? {
        try world.requireEqualKernels()
        let text = try world.agree(sharing: { Array(try StudyFile.read(studyPath).text.utf8) })
        let plan = Plan(try StudyFile.parse(String(decoding: text, as: UTF8.self), path: studyPath))
        let costs = try plan.costs()
        let open = try agreeOnOpenCases(plan)
        let shares = Plan.share(open, costs: costs, ranks: world.size)
        let preparation = try prepareData(shares[world.rank].map { plan.cases[$0] })
        let provenance = try Provenance.ofThisProcess(agreeOnBuild(), rank: world.rank, ranks: world.size)
        try beginFolder(plan, String(decoding: text, as: UTF8.self), open, preparation, provenance)
        let log = try RankLog.logger(rank: world.rank, path: folder.log(ofRank: world.rank))
        announce(plan, open, preparation.files)

        let board =
            world.rank == 0
            ? ProgressBoard(
                cases: plan.cases, shares: shares, costs: costs, finishedBefore: plan.cases.count - open.count) : nil
        let reporter = ProgressReporter(world, board: board)
        for index in shares[world.rank] {
            try work(on: plan.cases[index], preparation, provenance, reporter, log)
        }
        var table: ScoreTable?
        try reporter.finish {
            let aggregation = Aggregation(plan, folder: folder)
            let scores = try aggregation.table(.last)
            try aggregation.write(scores)
            table = scores
        }
        return table
    }

    private func work(
        on one: Case, _ preparation: DataPreparation, _ provenance: Provenance, _ reporter: ProgressReporter,
        _ log: Logger
    ) throws {
        log.info("begin \(one.identifier)")
        let start = DispatchTime.now()
        do {
            let result = try CaseRun(one, data: preparation.data(for: one), folder: folder)
                .run(provenance: provenance) { try reporter.tick($0) }
            let score = result.evaluations.last.map { String(format: "%.1f", $0.score) } ?? "none"
            log.info("done \(one.identifier) in \(duration(secondsSince(start))), score \(score)")
            if let divergence = result.divergence {
                log.warning("\(one.identifier) diverged by step \(divergence.step): \(divergence.reason)")
            }
            for warning in result.warnings ?? [] { log.warning("\(one.identifier): \(warning)") }
        } catch {
            log.error("\(one.identifier): \(error)")
            throw CaseFailure(identifier: one.identifier, cause: error)
        }
        try reporter.caseDone()
    }

    private func announce(_ plan: Plan, _ open: [Int], _ files: [String: DatasetFile]) {
        guard world.rank == 0 else { return }
        let done = plan.cases.count - open.count
        let resumed = done > 0 ? "; \(done) of them done before and kept" : ""
        let text =
            "\(plan.study.name): \(plan.cases.count) cases on \(world.size) rank\(world.size == 1 ? "" : "s")\(resumed)\n"
        FileHandle.standardError.write(Data(text.utf8))
        for file in files.values.sorted(by: { $0.dataset < $1.dataset }) {
            guard let published = D4RLCatalogue.entries[file.dataset], published.sha256 != file.sha256 else { continue }
            FileHandle.standardError.write(
                Data("note: \(file.path) is not D4RL's published \(file.dataset); the table will say so\n".utf8))
        }
    }
}

// What all ranks agree on at the start: rank 0 looks at the files, for all.
extension StudyRun {
    private func agreeOnBuild() throws -> Provenance.Build {
        let json = try world.agree(sharing: { Array(try JSONEncoder().encode(Provenance.Build.ofThisProgram())) })
        return try JSONDecoder().decode(Provenance.Build.self, from: Data(json))
    }

    /// What is done stays done; what another study left in the folder must not get mixed up with this one.
    private func agreeOnOpenCases(_ plan: Plan) throws -> [Int] {
        let bytes = try world.agree(sharing: {
            try folder.requireNoOtherCases(than: plan)
            let open = try plan.cases.indices.filter { try !folder.isDone(plan.cases[$0]) }
            try EnvironmentRegistry.requireAssets(
                of: open.map { try EnvironmentRegistry.environmentName(forDataset: plan.cases[$0].dataset) })
            return Array(open.map { String($0) }.joined(separator: ",").utf8)
        })
        return String(decoding: bytes, as: UTF8.self).split(separator: ",").compactMap { Int($0) }
    }

    /// Each rank loads the data of its own cases; together they check every input before any training starts.
    private func prepareData(_ cases: [Case]) throws -> DataPreparation {
        let preparation = DataPreparation()
        var complaints: [String] = []
        for one in cases {
            do {
                _ = try preparation.data(for: one)
            } catch {
                let complaint = "\(error)".replacing("\n", with: " ")
                if !complaints.contains(complaint) { complaints.append(complaint) }
            }
        }
        let all = try world.gatherLines(complaints)
        try world.agree(that: {
            var distinct: [String] = []
            for line in all where !distinct.contains(line) { distinct.append(line) }
            if !distinct.isEmpty { throw HarnessError.badInput(distinct.joined(separator: "\n")) }
        })
        return preparation
    }

    /// The inputs are good: writes `run.json`, unless ranks, or cases done before, have other files than the rest.
    private func beginFolder(
        _ plan: Plan, _ text: String, _ open: [Int], _ preparation: DataPreparation, _ provenance: Provenance
    ) throws {
        let own = try preparation.files.values.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        let gathered = try world.gatherLines(own)
        try world.agree(that: {
            var files: [String: DatasetFile] = [:]
            for line in gathered {
                let file = try JSONDecoder().decode(DatasetFile.self, from: Data(line.utf8))
                if let other = files[file.dataset], other.sha256 != file.sha256 {
                    throw HarnessError.badInput(
                        "ranks have different files of \(file.dataset): \(other.path) with SHA-256 "
                            + "\(other.sha256.prefix(12))… and \(file.path) with \(file.sha256.prefix(12))…")
                }
                files[file.dataset] = file
            }
            let done = plan.cases.indices.filter { !open.contains($0) }.map { plan.cases[$0] }
            for one in done { try folder.requireTrained(one, on: files[one.dataset]) }
            try DurableFile.makeFolder(folder.path)
            DurableFile.removeUnfinished(in: folder.path)
            let before = (try? RunManifest.read(folder))?.datasets ?? [:]
            let manifest = RunManifest(
                plan, study: text, studyPath: studyPath, datasets: before.merging(files) { _, now in now },
                provenance: provenance)
            try DurableFile.write(manifest.encoded(), to: folder.file("run.json"))
        })
    }
}

/// A case that could not be brought to its end.
public struct CaseFailure: Error, CustomStringConvertible {
    /// `Case.identifier`.
    public let identifier: String
    /// What went wrong.
    public let cause: any Error

    /// One sentence.
    public var description: String { "case \(identifier): \(cause)" }
}

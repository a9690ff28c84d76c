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
    /// - Throws: what is wrong with the inputs, on rank 0; `EndedByAnotherRank` on ranks that were told to stop.
    public func run() throws -> ScoreTable? {
        try requireEqualKernels()
        let plan = try agreeOnPlan()
        let costs = try plan.costs()
        let log = try RankLog.logger(rank: world.rank, path: folder.log(ofRank: world.rank))
        let provenance = try Provenance.ofThisProcess(agreeOnBuild(), rank: world.rank, ranks: world.size)
        let open = try agreeOnOpenCases(plan, provenance)
        let shares = Plan.share(open, costs: costs, ranks: world.size)
        let preparation = try prepareData(shares[world.rank].map { plan.cases[$0] })
        try requireSameDatasets(plan, open, preparation)
        announce(plan, open)

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
            if let step = result.divergedAfter { log.warning("\(one.identifier) diverged by step \(step)") }
        } catch {
            log.error("\(one.identifier): \(error)")
            throw CaseFailure(identifier: one.identifier, cause: error)
        }
        try reporter.caseDone()
    }

    // MARK: Agreement at the start

    /// Ranks that compute with different kernels would give a case different bits depending on who runs it.
    private func requireEqualKernels() throws {
        let gathered = try world.gather(Array(BLASLibrary.coreType.utf8))
        try checkOnRankZero {
            let names = Set((gathered ?? []).map { String(decoding: $0, as: UTF8.self) }).sorted()
            guard names.count <= 1 else {
                throw HarnessError.badInput(
                    "ranks compute with different OpenBLAS kernels (\(names.joined(separator: ", "))): "
                        + "set OPENBLAS_CORETYPE to one that all processors have")
            }
        }
    }

    private func agreeOnPlan() throws -> Plan {
        let text = try agree(sharing: { Array(try StudyFile.read(studyPath).text.utf8) })
        return Plan(try StudyFile.parse(String(decoding: text, as: UTF8.self), path: studyPath))
    }

    private func agreeOnBuild() throws -> Provenance.Build {
        let json = try agree(sharing: { Array(try JSONEncoder().encode(Provenance.Build.ofThisProgram())) })
        return try JSONDecoder().decode(Provenance.Build.self, from: Data(json))
    }

    /// Rank 0 looks at the folder, for all: what is done stays done. It also writes the manifest.
    private func agreeOnOpenCases(_ plan: Plan, _ provenance: Provenance) throws -> [Int] {
        let bytes = try agree(sharing: {
            let open = try plan.cases.indices.filter { try !folder.isDone(plan.cases[$0]) }
            DurableFile.removeUnfinished(in: folder.path)
            let manifest = RunManifest(
                study: try StudyFile.read(studyPath).text, studyPath: studyPath, cases: plan.cases.map(\.identifier),
                provenance: provenance)
            try DurableFile.write(manifest.encoded(), to: folder.file("run.json"))
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
                let complaint = "\(error)"
                if !complaints.contains(complaint) { complaints.append(complaint) }
            }
        }
        let gathered = try world.gather(Array(complaints.joined(separator: "\n").utf8))
        try checkOnRankZero {
            let all = (gathered ?? []).flatMap { String(decoding: $0, as: UTF8.self).split(separator: "\n") }
            var distinct: [Substring] = []
            for line in all where !distinct.contains(line) { distinct.append(line) }
            if !distinct.isEmpty { throw HarnessError.badInput(distinct.joined(separator: "\n")) }
        }
        return preparation
    }

    /// Cases done before must have been trained on the very files that the others will be.
    private func requireSameDatasets(_ plan: Plan, _ open: [Int], _ preparation: DataPreparation) throws {
        let own = preparation.files.map { "\($0.key) \($0.value.sha256)" }.joined(separator: "\n")
        let gathered = try world.gather(Array(own.utf8))
        try checkOnRankZero {
            var hashes: [String: String] = [:]
            for line in (gathered ?? []).flatMap({ String(decoding: $0, as: UTF8.self).split(separator: "\n") }) {
                let words = line.split(separator: " ").map { String($0) }
                hashes[words[0]] = words[1]
            }
            for index in plan.cases.indices where !open.contains(index) {
                let path = folder.file("result.json", of: plan.cases[index])
                let trainedOn = try CaseResult.read(path).datasetSHA256
                guard let now = hashes[plan.cases[index].dataset], now != trainedOn else { continue }
                throw HarnessError.badInput(
                    "\(path): trained on a \(plan.cases[index].dataset) with SHA-256 \(trainedOn.prefix(12))…, but the "
                        + "file is now \(now.prefix(12))…: put the old file back, or choose another --out folder")
            }
        }
    }

    private func announce(_ plan: Plan, _ open: [Int]) {
        guard world.rank == 0 else { return }
        let done = plan.cases.count - open.count
        let resumed = done > 0 ? "; \(done) of them done before and kept" : ""
        let text =
            "\(plan.study.name): \(plan.cases.count) cases on \(world.size) rank\(world.size == 1 ? "" : "s")\(resumed)\n"
        FileHandle.standardError.write(Data(text.utf8))
    }

    /// Does `body` on rank 0; if it throws there, every rank ends.
    private func checkOnRankZero(_ body: () throws -> Void) throws {
        _ = try agree(sharing: {
            try body()
            return []
        })
    }

    /// The bytes that `body` gives on rank 0, on every rank; if it throws there, every rank ends.
    private func agree(sharing body: () throws -> [UInt8]) throws -> [UInt8] {
        var message: [UInt8] = []
        var failure: (any Error)?
        if world.rank == 0 {
            do { message = [1] + (try body()) } catch { (message, failure) = ([0], error) }
        }
        message = try world.broadcast(message)
        if let failure { throw failure }
        guard message.first == 1 else { throw EndedByAnotherRank() }
        return Array(message.dropFirst())
    }
}

/// Rank 0 has found a fault that ends all ranks, and says so itself.
public struct EndedByAnotherRank: Error {}

/// A case that could not be brought to its end.
struct CaseFailure: Error, CustomStringConvertible {
    let identifier: String
    let cause: any Error

    var description: String { "case \(identifier): \(cause)" }
}

import Foundation
import Paths

/// The folder of a run: plain files, every one of them whole.
///
///     run.json                         study, plan, provenance; written at the start
///     cases/CASE/config.yaml           effective configuration, with where each value comes from
///     cases/CASE/curve.csv             losses and diagnostics
///     cases/CASE/evaluations.csv       every episode of every evaluation
///     cases/CASE/policy.safetensors    the policy after the last step
///     cases/CASE/checkpoint-STEP.bin   what a case goes on from; none of a case that is done
///     cases/CASE/claim-N               who works on the case; none of a case that is done
///     cases/CASE/failure.json          why the last attempt failed; none of a case that is done
///     cases/CASE/result.json           written last: its presence means the case is done
///     cases/CASE/timing.csv            how long things took        } these two alone differ
///     cases/CASE/provenance.json       where and with what it ran  } between equal runs
///     table.md, table.tex, table.csv   the scores
///     logs/rank-0000.log               what each rank had to say
///     logs/makespan.json               the last run's predicted and actual seconds
///     ranks/RUN-rank-0000.json         heartbeats of the ranks at work
///     STOP                             made by the user: whoever works on the folder stops
public struct RunFolder: Sendable {
    let path: String

    /// A file of this name makes all jobs that work on the folder stop.
    static let stopFile = "STOP"

    /// The folder at `path`, which need not be there yet.
    public init(_ path: String) { self.path = path }

    /// A file at the top of the folder.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The folder of a case.
    public func folder(of one: Case) -> String { "\(path)/cases/\(one.identifier)" }

    /// A file of a case.
    public func file(_ name: String, of one: Case) -> String { "\(folder(of: one))/\(name)" }

    /// The log of a rank.
    public func log(ofRank rank: Int) -> String {
        let digits = String(rank)
        return "\(path)/logs/rank-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).log"
    }

    /// Whether `one` has finished in this folder, with the very settings it would have now.
    ///
    /// - Throws: `HarnessError.badInput` showing the first difference when the folder holds the case with other
    ///   settings: results of two configurations must not mix under one name.
    public func isDone(_ one: Case) throws -> Bool {
        guard let data = try FileCalls.current.contents(of: file("config.yaml", of: one)) else { return false }
        let found = RunFolder.values(String(decoding: data, as: UTF8.self))
        let expected = RunFolder.values(one.configuration)
        if found != expected {
            let line = zip(found, expected).first { $0 != $1 }
            let difference =
                line.map { "has '\($0.0)' where the study now has '\($0.1)'" }
                ?? "has \(found.count) lines where the study now has \(expected.count)"
            throw HarnessError.badInput(
                "\(file("config.yaml", of: one)) \(difference): choose another --out folder, or remove this case's")
        }
        return try FileCalls.isThere(file("result.json", of: one))
    }

    /// Removes what claims of a case are left that has its result: whoever wrote that was killed before it could.
    ///
    /// - Parameter identifier: `Case.identifier`.
    public func removeClaims(ofFinished identifier: String) {
        Claim.removeAll(ofFinished: "\(path)/cases/\(identifier)")
    }

    /// Gradient steps that a case has in its newest checkpoint, by the checkpoint's name; 0 for none.
    ///
    /// - Throws: `HarnessError.io` when the case's folder cannot be read.
    public func stepsOfCheckpoint(of one: Case) throws -> Int {
        try CheckpointStore(folder: folder(of: one)).stepOfNewest()?.step ?? 0
    }

    /// The result of a case, if it has finished: decided by `result.json` alone, whatever program wrote it.
    ///
    /// - Throws: `HarnessError.badInput` when the file is none, or is of a case of another length.
    package func result(of one: RunManifest.Entry) throws -> CaseResult? {
        let path = "\(path)/cases/\(one.identifier)/result.json"
        guard try FileCalls.isThere(path) else { return nil }
        let result = try CaseResult.read(path)
        guard result.steps == one.steps else {
            throw HarnessError.badInput("\(path): expected a case of \(one.steps) steps, found one of \(result.steps)")
        }
        return result
    }

    /// Refuses a folder that lies so deep that a file of a case would have a longer path than the system takes.
    ///
    /// - Throws: `HarnessError.badInput`.
    public func requireRoom(for plan: Plan) throws {
        let longest = "checkpoint-0000000000.bin\(DurableFile.temporarySuffix)"
        let lengths = plan.cases.map { (one: $0, bytes: PathBytes.bytes(of: file(longest, of: $0)).count) }
        guard let most = lengths.max(by: { $0.bytes < $1.bytes }), most.bytes >= PATH_MAX else { return }
        throw HarnessError.badInput(
            "the folder of the run lies too deep: expected paths of at most \(PATH_MAX - 1) bytes, found one of "
                + "\(most.bytes) for the case \(most.one.identifier) below \(path.prefix(60))…")
    }

    /// Refuses the folder of a study with cases that `plan` lacks: they would vanish from the table.
    ///
    /// - Throws: `HarnessError.badInput`.
    func requireNoOtherCases(than plan: Plan) throws {
        guard let manifest = try RunManifest.readIfThere(self) else { return }
        let known = Set(plan.cases.map(\.identifier))
        guard let other = manifest.cases.first(where: { !known.contains($0.identifier) }) else { return }
        throw HarnessError.badInput(
            "\(file("run.json")): holds a run with the case \(other.identifier), which \(plan.study.name) does not have: "
                + "choose another --out folder")
    }

    /// Refuses a dataset that has changed since cases were begun on it.
    ///
    /// - Parameter before: what it was then; nil where that is not known.
    /// - Throws: `HarnessError.badInput`.
    func requireSame(_ now: DatasetFile, as before: DatasetFile?) throws {
        guard let before, before.sha256 != now.sha256 else { return }
        throw HarnessError.badInput(
            "\(file("run.json")): cases were begun on a \(now.dataset) with SHA-256 \(before.sha256.prefix(12))…, but "
                + "\(now.path) now has \(now.sha256.prefix(12))…: put the old file back, or choose another --out folder"
        )
    }

    /// Refuses a finished case that was trained on other data than the rest of the study would be.
    ///
    /// - Parameter now: the dataset's present file; nil when no case needs it any more.
    /// - Throws: `HarnessError.badInput`.
    func requireTrained(_ one: Case, on now: DatasetFile?) throws {
        guard let now, let before = try result(of: RunManifest.Entry(one))?.datasetSHA256, before != now.sha256 else {
            return
        }
        throw HarnessError.badInput(
            "\(file("result.json", of: one)): trained on a \(one.dataset) with SHA-256 \(before.prefix(12))…, but "
                + "\(now.path) now has \(now.sha256.prefix(12))…: put the old file back, or choose another --out folder"
        )
    }

    /// The lines of a configuration without their comments, which say where values come from and may be reworded.
    static func values(_ configuration: String) -> [String] {
        configuration.split(separator: "\n").map { line in
            (line.split(separator: "#", maxSplits: 1).first ?? line).trimmingCharacters(in: .whitespaces)
        }
    }
}

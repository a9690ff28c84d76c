package import Cases
import Failures
import Foundation
import Paths
import Storage
package import Studies

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
package struct RunFolder: Sendable {
    package let path: String

    /// A file of this name makes all jobs that work on the folder stop.
    package static let stopFile = "STOP"

    /// The folder at `path`, which need not be there yet.
    package init(_ path: String) { self.path = path }

    /// A file at the top of the folder.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The folder of a case.
    package func folder(of studyCase: StudyCase) -> CaseFolder { CaseFolder("\(path)/cases/\(studyCase.identifier)") }

    /// A file of a case.
    package func file(_ name: String, of studyCase: StudyCase) -> String { folder(of: studyCase).file(name) }

    /// The log of a rank.
    package func log(ofRank rank: Int) -> String {
        let digits = String(rank)
        return "\(path)/logs/rank-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).log"
    }

    /// Whether `studyCase` has finished in this folder, with the very settings it would have now.
    ///
    /// A case that was begun or finished with fewer steps is not done: `startingStep` says whether it can go on.
    /// - Throws: `HarnessError.badInput` showing the first difference when the folder holds the case with other
    ///   settings: results of two configurations must not mix under one name.
    package func isDone(_ studyCase: StudyCase) throws -> Bool {
        guard let found = try folder(of: studyCase).configuration() else { return false }
        let expected = StudyCase.values(ofConfiguration: studyCase.configuration)
        if found != expected {
            guard LongerTraining(studyCase, found: found, in: folder(of: studyCase)) == nil else { return false }
            throw HarnessError.badInput(
                "\(file("config.yaml", of: studyCase)) \(difference(found, expected)): choose another --out folder, or remove "
                    + "this case's")
        }
        return try FileCalls.isThere(file("result.json", of: studyCase))
    }

    /// Removes the claims that a finished case has kept, but for one whose holder may be alive (`Claim.removeAll`).
    ///
    /// - Parameter identifier: `StudyCase.identifier`.
    /// - Returns: whether nobody has the case in hand, as far as one can tell.
    @discardableResult
    package func removeClaims(ofFinished identifier: String) -> Bool {
        let heartbeats = Heartbeat.folder(in: path)
        let isFree = try? Claim.removeAll(ofFinished: "\(path)/cases/\(identifier)", heartbeats: heartbeats) {
            FileSystemClock.now(in: heartbeats)
        }
        return isFree ?? false
    }

    /// Removes what a crash right after the result has left; a last checkpoint may have been kept on purpose. All stays while
    /// another process has the case in hand, which may be making it longer.
    package func removeLeftovers(ofFinished studyCase: StudyCase) throws {
        guard removeClaims(ofFinished: studyCase.identifier) else { return }
        // A result that cannot be read is refused elsewhere; its checkpoints may then be all there is.
        if let result = try? CaseResult.read(file("result.json", of: studyCase)) {
            try CheckpointStore(folder: folder(of: studyCase).path).removeAll(but: result.lastStep)
        }
        DurableFile.removeUnfinished(in: folder(of: studyCase).path)
    }

    /// Whether the case `identifier` has finished with `steps` gradient steps; the result of fewer steps is not one of the
    /// case that is to have more.
    ///
    /// - Throws: `HarnessError.io` when the case's folder cannot be read.
    package func hasResult(_ identifier: String, steps: Int) throws -> Bool {
        let folder = "\(path)/cases/\(identifier)"
        guard try FileCalls.isThere("\(folder)/result.json") else { return false }
        let line = try FileCalls.current.contents(of: "\(folder)/config.yaml").flatMap { data in
            StudyCase.values(ofConfiguration: String(decoding: data, as: UTF8.self)).first { $0.hasPrefix("steps: ") }
        }
        return line.map { $0 == "steps: \(steps)" } ?? true
    }

    /// Fewer steps than before being the least of several differences.
    private func difference(_ found: [String], _ expected: [String]) -> String {
        let lines = zip(found, expected).filter { $0 != $1 }
        guard let (old, new) = lines.first(where: { !$0.0.hasPrefix("steps: ") }) ?? lines.first else {
            return "has \(found.count) lines where the study now has \(expected.count)"
        }
        let reason =
            old.hasPrefix("evaluate: ")
            ? " (evaluations that were made cannot be moved)"
            : old.hasPrefix("steps: ") ? " (training can be made longer, not shorter)" : ""
        return "has '\(old)' where the study now has '\(new)'\(reason)"
    }

    /// The result of a case, if it has finished: decided by `result.json` alone, whatever program wrote it. That of a case
    /// with fewer steps counts as none, since the case is to go on.
    ///
    /// - Throws: `HarnessError.badInput` when the file is invalid, or is of a case of more steps.
    package func result(of entry: RunManifest.Entry) throws -> CaseResult? {
        let path = "\(path)/cases/\(entry.identifier)/result.json"
        guard try FileCalls.isThere(path) else { return nil }
        let result = try CaseResult.read(path)
        guard result.steps <= entry.steps else {
            throw HarnessError.badInput(
                "\(path): expected a case of \(entry.steps) steps, found one of \(result.steps)")
        }
        return result.steps == entry.steps ? result : nil
    }

    /// Refuses a path that is there and is no folder.
    ///
    /// - Throws: `HarnessError.badInput`.
    package func requireFolder() throws {
        guard let kind = PathKind(ofPath: path), kind != .folder else { return }
        throw HarnessError.badInput("\(path): expected the folder of a run, found \(kind.rawValue)")
    }

    /// Refuses a folder that lies so deep that a file of a case would have a longer path than the system takes.
    ///
    /// - Throws: `HarnessError.badInput`.
    package func requirePathsFit(for plan: StudyPlan) throws {
        let longest = "checkpoint-0000000000.bin\(DurableFile.temporarySuffix)"
        let lengths = plan.cases.map { (studyCase: $0, bytes: PathBytes.bytes(of: file(longest, of: $0)).count) }
        guard let most = lengths.max(by: { $0.bytes < $1.bytes }), most.bytes >= PATH_MAX else { return }
        throw HarnessError.badInput(
            "the folder of the run lies too deep: expected paths of at most \(PATH_MAX - 1) bytes, found one of "
                + "\(most.bytes) for the case \(most.studyCase.identifier) below \(path.prefix(60))…")
    }

    /// Refuses the folder of a study with cases that `plan` lacks: they would vanish from the table.
    ///
    /// - Throws: `HarnessError.badInput`.
    package func requireNoOtherCases(than plan: StudyPlan) throws {
        guard let manifest = try RunManifest.readIfThere(self) else { return }
        let known = Set(plan.cases.map(\.identifier))
        guard let other = manifest.cases.first(where: { !known.contains($0.identifier) }) else { return }
        throw HarnessError.badInput(
            "\(file("run.json")): holds a run with the case \(other.identifier), which \(plan.study.name) does not have: "
                + "choose another --out folder")
    }
}

extension RunFolder {
    /// The gradient steps from which an open case goes on: those of its newest checkpoint, 0 where it begins.
    ///
    /// - Throws: `HarnessError.badInput` when it was begun with fewer steps and cannot go on.
    package func startingStep(of studyCase: StudyCase) throws -> Int {
        let folder = folder(of: studyCase)
        if let longer = try folder.longerTraining(of: studyCase) {
            try longer.requireNotInUse(heartbeats: Heartbeat.folder(in: path))
            return try longer.start()?.step ?? 0
        }
        return try CheckpointStore(folder: folder.path).stepOfNewest()?.step ?? 0
    }
}

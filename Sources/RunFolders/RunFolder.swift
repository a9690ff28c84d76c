package import Cases
import Failures
import Foundation
import Paths
import Storage
package import Studies

/// The folder of a run; all files in it are complete plain files.
///
///     run.json                         study, plan, provenance; written at the start
///     cases/CASE/config.yaml           effective configuration, with the origin of each value
///     cases/CASE/curve.csv             losses and diagnostics
///     cases/CASE/evaluations.csv       every episode of every evaluation
///     cases/CASE/policy.safetensors    the policy after the last step
///     cases/CASE/checkpoint-STEP.bin   what a case resumes from; a finished case keeps its last with --keep-checkpoints
///     cases/CASE/claim-N               the process that works on the case; not in a finished case
///     cases/CASE/failure.json          why the last attempt failed; not in a finished case
///     cases/CASE/result.json           written last: its presence means the case is done
///     cases/CASE/timing.csv            durations of the phases      } only these two
///     cases/CASE/provenance.json       where and with what it ran   } differ between equal runs
///     table.md, table.tex, table.csv   the scores
///     logs/rank-0000.log               messages of each rank
///     logs/makespan.json               the last run's predicted and actual seconds
///     logs/traffic-0000.json           what each rank of a team has sent
///     ranks/RUN-rank-0000.json         heartbeats of the running ranks
///     STOP                             created by the user: all jobs on the folder stop
package struct RunFolder: Sendable {
    package let path: String

    /// The name of the file that makes all jobs on the folder stop.
    package static let stopFile = "STOP"

    /// Refers to the folder at `path`, which need not exist yet.
    package init(_ path: String) { self.path = path }

    /// The path of a file at the top of the folder.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The folder of a case.
    package func folder(of studyCase: StudyCase) -> CaseFolder { CaseFolder("\(path)/cases/\(studyCase.identifier)") }

    /// The path of a file of a case.
    package func file(_ name: String, of studyCase: StudyCase) -> String { folder(of: studyCase).file(name) }

    /// The path of a rank's log.
    package func log(ofRank rank: Int) -> String { "\(path)/logs/rank-\(rank.zeroPadded(to: 4)).log" }

    /// The file of the messages that a rank has sent.
    func traffic(ofRank rank: Int) -> String { "\(path)/logs/traffic-\(rank.zeroPadded(to: 4)).json" }

    /// Whether `studyCase` is finished in this folder, with the settings it would have now.
    ///
    /// A case begun or finished with fewer steps is not done: `startingStep` tells whether it can continue.
    /// - Throws: `HarnessError.badInput` with the first difference if the folder contains the case with other settings,
    ///   because results of two configurations must not mix under one name.
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

    /// Removes claims left on a finished case, except one whose holder may be alive (`Claim.removeAll`).
    ///
    /// - Parameter identifier: `StudyCase.identifier`.
    /// - Returns: whether no process holds the case, as far as this process can tell.
    @discardableResult
    package func removeClaims(ofFinished identifier: String) -> Bool {
        let heartbeats = Heartbeat.folder(in: path)
        let isFree = try? Claim.removeAll(ofFinished: "\(path)/cases/\(identifier)", heartbeats: heartbeats) {
            FileSystemClock.now(in: heartbeats)
        }
        return isFree ?? false
    }

    /// Removes what a crash just after writing the result left behind; a last checkpoint may have been kept on purpose.
    /// Everything stays while another process holds the case, because it may be extending it.
    package func removeLeftovers(ofFinished studyCase: StudyCase) throws {
        guard removeClaims(ofFinished: studyCase.identifier) else { return }
        // An invalid result is reported elsewhere; the checkpoints may then be the only valid data.
        if let result = try? CaseResult.read(file("result.json", of: studyCase)) {
            try CheckpointStore(folder: folder(of: studyCase).path).removeAll(but: result.lastStep)
        }
        DurableFile.removeUnfinished(in: folder(of: studyCase).path)
    }

    /// Whether the case `identifier` has finished with `steps` gradient steps; a result of fewer steps does not count.
    /// Other settings are not compared: see `isDone`. A result without `config.yaml` counts as finished.
    ///
    /// - Throws: `HarnessError.io` if the case's folder cannot be read.
    package func hasResult(_ identifier: String, steps: Int) throws -> Bool {
        let folder = "\(path)/cases/\(identifier)"
        guard try FileCalls.isThere("\(folder)/result.json") else { return false }
        let line = try FileCalls.current.contents(of: "\(folder)/config.yaml").flatMap { data in
            StudyCase.values(ofConfiguration: String(decoding: data, as: UTF8.self)).first { $0.hasPrefix("steps: ") }
        }
        return line.map { $0 == "steps: \(steps)" } ?? true
    }

    /// Describes a difference; a smaller number of steps only if nothing else differs.
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

    /// The result of a case, if it has finished, as decided by `result.json` alone, whichever version wrote it. A
    /// result of fewer steps counts as missing, because the case is to continue.
    ///
    /// - Throws: `HarnessError.badInput` if the file is invalid, or has more steps.
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

    /// Refuses a path that exists and is not a folder.
    ///
    /// - Throws: `HarnessError.badInput`.
    package func requireFolder() throws {
        guard let kind = PathKind(ofPath: path), kind != .folder else { return }
        throw HarnessError.badInput("\(path): expected the folder of a run, found \(kind.rawValue)")
    }

    /// Refuses a folder so deep that a file of a case would exceed the system's limit on paths.
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

    /// Refuses the folder of a study with cases that `plan` lacks: they would disappear from the table.
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
    /// The gradient steps that an open case starts with: those of its newest checkpoint, or 0.
    ///
    /// - Throws: `HarnessError.badInput` if it was begun with fewer steps and cannot continue.
    package func startingStep(of studyCase: StudyCase) throws -> Int {
        let folder = folder(of: studyCase)
        if let longer = try folder.longerTraining(of: studyCase) {
            try longer.requireNotInUse(heartbeats: Heartbeat.folder(in: path))
            return try longer.start()?.step ?? 0
        }
        return try CheckpointStore(folder: folder.path).stepOfNewest()?.step ?? 0
    }
}

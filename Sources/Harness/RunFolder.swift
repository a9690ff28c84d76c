import Foundation

/// The folder of a run: plain files, every one of them whole.
///
///     run.json                         study, plan, provenance; written at the start
///     cases/CASE/config.yaml           effective configuration, with where each value comes from
///     cases/CASE/curve.csv             losses and diagnostics
///     cases/CASE/evaluations.csv       every episode of every evaluation
///     cases/CASE/policy.safetensors    the policy after the last step
///     cases/CASE/result.json           written last: its presence means the case is done
///     cases/CASE/timing.csv            how long things took        } these two alone differ
///     cases/CASE/provenance.json       where and with what it ran  } between equal runs
///     table.md, table.tex, table.csv   the scores
///     logs/rank-0000.log               what each rank had to say
public struct RunFolder: Sendable {
    let path: String

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

    /// Whether `one` has finished in this folder, with the very configuration it would have now.
    ///
    /// - Throws: `HarnessError.badInput` showing the first difference when the folder holds the case with another
    ///   configuration: results of two configurations must not mix under one name.
    public func isDone(_ one: Case) throws -> Bool {
        guard let data = FileManager.default.contents(atPath: file("config.yaml", of: one)) else { return false }
        let found = String(decoding: data, as: UTF8.self).split(separator: "\n")
        let expected = one.configuration.split(separator: "\n")
        if found != expected {
            let line = zip(found, expected).first { $0 != $1 }
            let difference =
                line.map {
                    "has '\($0.0.trimmingCharacters(in: .whitespaces))' where the study now has '\($0.1.trimmingCharacters(in: .whitespaces))'"
                }
                ?? "has \(found.count) lines where the study now has \(expected.count)"
            throw HarnessError.badInput(
                "\(file("config.yaml", of: one)) \(difference): choose another --out folder, or remove this case's")
        }
        return FileManager.default.fileExists(atPath: file("result.json", of: one))
    }
}

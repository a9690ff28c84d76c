import Foundation
import Numerics
import ProgramRuns
import ScratchFiles
import Testing

/// `precision: bf16` is refused with one sentence and code 69, before anything begins, where the processor lacks the
/// matrix unit that is asked for; a unit that does not exist is refused by every command.
@Suite struct PrecisionRefusalTests {
    private let folder = TemporaryFolder()

    private static func environment(_ unit: String) -> [String: String] {
        ["ACTIVE_BENCH_MATRIX_UNIT": unit, "ACTIVE_BENCH_DATA": SystemRun.inputs.path]
    }

    /// A unit that this processor lacks.
    private static let absent = MatrixUnit.allCases.first { $0.obstacle != nil }

    private func refused(_ arguments: [String], ranks: Int? = nil, location: SourceLocation = #_sourceLocation) throws {
        let unit = try #require(Self.absent)
        let child = try ChildProcess.run(
            "active-bench", arguments, ranks: ranks, environment: Self.environment(unit.rawValue))
        #expect(child.exitCode == 69, "\(child.output)", sourceLocation: location)
        #expect(child.errorLines.count == 1, "\(child.standardError)", sourceLocation: location)
        #expect(
            child.errorLines.first?.contains("precision: bf16: expected ") == true, "\(child.standardError)",
            sourceLocation: location)
        #expect(child.standardOutput.isEmpty, sourceLocation: location)
    }

    @Test func everyCommandThatTrains() throws {
        // A processor with AMX has the other units, too.
        guard Self.absent != nil else { return }
        let study = folder("study.yaml")
        put(SystemRun.study.replacing("IQL: {", with: "IQL: {precision: bf16, ").utf8, at: study)
        try refused(["run", study, "--out", folder("out")], ranks: 2)
        #expect(!FileManager.default.fileExists(atPath: folder("out")))
        try refused(["plan", study])
        try refused(["scale", "precision=bf16", "--seconds", "0.001"], ranks: 2)
        try refused(["scale", "--seconds", "0.001", "--network", "1,1,1,1", "--study", study])
        let line = ["bench", "steps", "--only", "IQL precision=bf16"]
        try refused(line + ["--profile", "--team"], ranks: 2)
        try refused(["bench", "steps", "--as-is", "--only", "IQL precision=bf16"])
        try refused(
            ["conform", "\(ConformCommandTests.fixtures)/iql.h5", "--precision", "bf16", "--out", folder("out.h5")])
        #expect(!FileManager.default.fileExists(atPath: folder("out.h5")))
    }

    /// The sentence does not wait for a case in bfloat16.
    @Test func anUnknownUnit() throws {
        let study = folder("study.yaml")
        put(SystemRun.study.utf8, at: study)
        for arguments in [["run", study, "--out", folder("out")], ["plan", study], ["bench", "--only", "IQL"]] {
            let child = try ChildProcess.run("active-bench", arguments, environment: Self.environment("tensor"))
            #expect(child.exitCode == 65 && child.standardOutput.isEmpty, "\(child.output)")
            #expect(child.errorLines.count == 1 && child.standardError.contains("found 'tensor'"), "\(child.output)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder("out")))
    }

    @Test func anUnknownPrecision() throws {
        let study = SystemRun.study.replacing("IQL: {", with: "IQL: {precision: fp16, ")
        let child = try SystemRun.run(study, in: folder, ranks: 1)
        #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
        #expect(
            child.standardError.contains("found 'fp16'"), "\(child.standardError)")
    }

    /// `bf16x3` is refused, as a bad study is, where float32 is faster.
    @Test func threeProductsWithoutAMX() throws {
        let study = folder("study.yaml")
        put(SystemRun.study.replacing("IQL: {", with: "IQL: {precision: bf16x3, ").utf8, at: study)
        for (arguments, ranks) in [(["run", study, "--out", folder("out")], 2), (["plan", study], nil)]
            as [([String], Int?)]
        {
            let child = try ChildProcess.run(
                "active-bench", arguments, ranks: ranks, environment: Self.environment("plain"))
            #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
            #expect(child.standardError.contains("precision: bf16x3: expected a processor with AMX, found plain"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder("out")))
    }
}

import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// `precision: bf16` is refused with one sentence and code 69, before anything begins, on a processor without the
/// instructions (oneDNN is configured to see none) and in a build without oneDNN.
@Suite struct PrecisionRefusalTests {
    private let folder = TemporaryFolder()
    private let environment = ["ONEDNN_MAX_CPU_ISA": "AVX2", "ACTIVE_BENCH_DATA": SystemRun.inputs.path]

    private func refused(_ arguments: [String], ranks: Int? = nil, location: SourceLocation = #_sourceLocation) throws {
        let child = try ChildProcess.run("active-bench", arguments, ranks: ranks, environment: environment)
        #expect(child.exitCode == 69, "\(child.output)", sourceLocation: location)
        #expect(child.errorLines.count == 1, "\(child.standardError)", sourceLocation: location)
        #expect(
            child.errorLines.first?.contains("precision: bf16: expected ") == true, "\(child.standardError)",
            sourceLocation: location)
        #expect(child.standardOutput.isEmpty, sourceLocation: location)
    }

    @Test func everyCommandThatTrains() throws {
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

    @Test func anUnknownPrecision() throws {
        let study = SystemRun.study.replacing("IQL: {", with: "IQL: {precision: fp16, ")
        let child = try SystemRun.run(study, in: folder, ranks: 1)
        #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
        #expect(child.standardError.contains("expected 'bf16' or 'fp32', found 'fp16'"), "\(child.standardError)")
    }
}

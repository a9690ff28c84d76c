import Foundation
import Numerics
import ProgramRuns
import ScratchFiles
import Testing

/// Whole runs in bfloat16 give the same results on any number of ranks.
@Suite struct BFloat16RunTests {
    private static let study = FaultyRun.study(
        [FaultyRun.iql, FaultyRun.active, FaultyRun.cql].map { $0.replacing("}", with: ", precision: bf16}") }
    )

    /// Teams of two and three, and a restart on another number of ranks, give byte for byte the results of one rank.
    @Test func anyTeamAndAnyRestart() throws {
        let run = FaultyRun(Self.study)
        let reference = try run.reference()
        #expect(reference.keys.count { $0.hasSuffix("/result.json") } == 3)
        for size in [2, 3] {
            let out = run.folder("\(size)")
            if size == 3 {
                let stopped = try run.run(
                    ranks: 2, ["--checkpoint-steps", "30"], fault: "case-step=170,kind=throw", into: out)
                #expect(stopped.exitCode != 0)
            }
            let child = try run.run(ranks: size, ["--team-size", "\(size)"], into: out)
            #expect(child.exitCode == 0, "\(child.output)")
            expectEqual(run.results(of: out), reference)
        }
        #expect(reference.keys.allSatisfy { !$0.hasPrefix("cases/") || $0.contains("precision=bf16") })
        let provenances = files(below: run.folder("2")).filter { $0.hasSuffix("provenance.json") }
        #expect(provenances.count == 3)
        let unit = try #require(MatrixUnit.selected?.rawValue)
        for file in provenances {
            #expect(text(of: run.folder("2/\(file)")).contains("\"bfloat16\" : \"\(unit)\""))
        }
    }

    /// A case that continues with another back end, or on another matrix unit, says so.
    @Test(arguments: [
        ("ACTIVE_BENCH_PRODUCTS", "blas", "product_kernels"), ("ACTIVE_BENCH_MATRIX_UNIT", "plain", "matrix_unit"),
    ])
    func anotherUnitIsTold(variable: String, value: String, name: String) throws {
        // A processor without a matrix unit has only one to continue with.
        if name == "matrix_unit" && MatrixUnit.selected == .plain { return }
        let run = FaultyRun(Self.study)
        let stopped = try run.run(
            ranks: 1, ["--checkpoint-steps", "30"], fault: "case-step=170,kind=throw", into: run.out)
        #expect(stopped.exitCode != 0)
        let child = try run.start(ranks: 1, into: run.out, environment: [variable: value]).end()
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.output.contains("continues with another \(name) than before"), "\(child.output)")
    }

    /// A case in bfloat16 has its own folder, one in full precision its usual folder, and the table has a note.
    @Test func isAVariant() throws {
        let folder = TemporaryFolder()
        let study = SystemRun.study.replacing("IQL: {hidden", with: "IQL: {sweep: {precision: [fp32, bf16]}, hidden")
        let child = try SystemRun.run(study, in: folder, ranks: 2)
        #expect(child.exitCode == 0, "\(child.output)")
        let variants = files(below: folder("out/cases/IQL")).filter { $0.hasSuffix("seed-0/result.json") }
        #expect(
            variants.sorted()
                == ["batch=32,hidden=16x16", "batch=32,hidden=16x16,precision=bf16"]
                .map { "hopper-random-r1/\($0)/seed-0/result.json" }.sorted())
        #expect(child.standardOutput.contains("in bfloat16"), "\(child.standardOutput)")
    }
}

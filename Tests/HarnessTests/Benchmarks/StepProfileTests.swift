import Algorithms
import Benchmarks
import Numerics
import Testing

@Suite(.serialized) struct StepProfileTests {
    /// More threads of OpenBLAS would wait for cores that other tests use.
    init() { BLASLibrary.useOneThread() }

    private static func active(_ members: Int) -> StepBenchmark.Subject {
        StepBenchmark.Subject(.activeI, [SettingAssignment(.m, members)])
    }

    private static let subjects: [StepBenchmark.Subject] =
        LearnerRegistry.standard.learners.map { .init($0) } + [active(1), active(3)]
        + [.init(.iql, rounded), .init(.cql, rounded)]

    private static let rounded = [SettingAssignment(.precision, .bfloat16)]

    /// The kernels execute exactly the multiply-adds that the algorithm needs: no layer is computed twice, and no
    /// gradient is computed for a network that is not trained. (TD3+BC's policy is updated in one of two steps.)
    @Test(arguments: subjects.indices) func noWorkIsWasted(index: Int) {
        let subject = Self.subjects[index]
        let loop = subject.loop()
        loop.run(2)
        let profile = StepProfile(of: loop, steps: 2)
        let made = profile.lines.map { line in
            let isProduct = line.inner > 0 || line.kernel == "outer product"
            return isProduct ? Double(line.rows * line.columns * max(1, line.inner) * line.calls) : 0
        }.reduce(0, +)
        #expect(made == 2 * subject.multiplyAdds, "\(subject.name)")
    }

    /// The lines and the remainder add up to the whole step.
    @Test func addsUpToTheWhole() throws {
        let profile = StepBenchmark().profile(Self.active(2))
        #expect(profile.lines.allSatisfy { $0.seconds >= 0 && $0.calls > 0 }, "\(profile.text)")
        #expect((0...1).contains(profile.lines.map(\.seconds).reduce(0, +) / profile.seconds), "\(profile.text)")
        let rows = profile.text.split(separator: "\n").map { $0.split(separator: " ") }
        let last = try #require(rows.last)
        #expect(last.contains("whole"))
        let shares = rows.dropFirst().dropLast().compactMap { row in
            row.firstIndex(of: "%").flatMap { Double(row[$0 - 1]) }
        }
        #expect(abs(shares.reduce(0, +) - 100) < 0.1 * Double(shares.count), "\(profile.text)")
        #expect(profile.lines.contains { $0.kernel == "sampling of a batch" && $0.calls == profile.steps })
    }

    /// Nothing is recorded unless profiling is on.
    @Test func isOffOtherwise() {
        let loop = StepBenchmark.Subject(.bc).loop()
        KernelProfile.start()
        KernelProfile.stop()
        loop.run(1)
        #expect(KernelProfile.lines.isEmpty)
    }
}

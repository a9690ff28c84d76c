import Datasets
import HDF5
import ScratchFiles
import Testing

@Suite struct DatasetSummaryTests {
    let folder = TemporaryFolder()
    private var path: String { folder("a.hdf5") }

    private func summary(_ sample: SampleFile, maximumSteps: Int? = nil) throws -> DatasetSummary {
        try sample.write(to: path)
        return try summary(maximumSteps)
    }

    private func summary(_ maximumSteps: Int? = nil) throws -> DatasetSummary {
        let file = try D4RLFile(path: path, includingNextObservations: true, arrayLimit: 1 << 20)
        return DatasetSummary(file, try Transitions(file, maximumSteps: maximumSteps ?? .max), remarks: ["odd"])
    }

    /// Computed by hand from the sample's rows: transitions 0–3 and 5, with returns 6 (rows 0–2), 10 (3) and 100 (5).
    @Test func countsAndReturns() throws {
        let summary = try summary(SampleFile())
        #expect(summary.rows == 7 && summary.stateSize == 2 && summary.actionSize == 1)
        #expect(summary.transitions == 5 && summary.terminals == 1 && summary.timeouts == 1)
        #expect(summary.returns == ReturnRange(minimum: 6, maximum: 100, trajectories: 3))
        #expect(summary.metadata.isEmpty)
    }

    @Test func withoutTimeoutsTheEnvironmentsLimitCounts() throws {
        #expect(try summary(SampleFile(timeouts: nil)).timeouts == nil)
        #expect(try summary(SampleFile(timeouts: nil)).transitions == 6)
        #expect(try summary(SampleFile(timeouts: nil), maximumSteps: 2).transitions == 3)
    }

    @Test func metadataAreEscapedForATerminal() throws {
        let weights = HDF5Array(shape: [1, 2], elements: [1, 2] as [Float])
        try HDF5Writer.write(to: path) { file in
            try SampleFile().write(to: file)
            try file.write(.text("a\u{1B}[31m\nb"), to: "metadata/text")
            try file.write(.integer(-3), to: "metadata/integer")
            try file.write(.number(0.5), to: "metadata/number")
            try file.write(.array(weights), to: "metadata/policy/weight")
        }
        let summary = try summary()
        #expect(summary.remarks == ["odd"])
        #expect(
            summary.metadata == [
                "text": "a\u{FFFD}[31m\u{FFFD}b", "integer": "-3", "number": "0.5", "policy/weight": "array [1, 2]",
            ])
    }
}

import Datasets
import HDF5
import ScratchFiles
import Testing

/// Data that can be trained on but mislead get one remark for each kind; good data get none.
@Suite struct DatasetRemarksTests {
    let folder = TemporaryFolder()

    private func remarks(_ sample: SampleFile, maximumSteps: Int? = 1000) throws -> [String] {
        try sample.write(to: folder("a.hdf5"))
        let file = try D4RLFile(path: folder("a.hdf5"), includingNextObservations: true)
        let transitions = try Transitions(file, maximumSteps: maximumSteps ?? .max)
        return DatasetRemarks.of(file, transitions, maximumSteps: maximumSteps)
    }

    private func changed(_ change: (inout SampleFile) -> Void) -> SampleFile {
        var sample = SampleFile()
        change(&sample)
        return sample
    }

    @Test func goodDataGetNoRemark() throws {
        #expect(try remarks(SampleFile()).isEmpty)
        #expect(try remarks(SampleFile(timeouts: nil)).isEmpty)
    }

    // MARK: Observations

    @Test(arguments: [
        ([0], "0 of an observation's 2 elements (counted from 0) never change"),
        ([1], "1 of an observation's 2 elements (counted from 0) never change"),
        ([0, 1], "0 to 1 of an observation's 2 elements (counted from 0) never change"),
    ])
    func elementsThatNeverChange(elements: [Int], remark: String) throws {
        let sample = changed { for row in 1..<7 { for j in elements { $0.observations[2 * row + j] = Float(j) / 2 } } }
        #expect(try remarks(sample).contains(remark))
    }

    /// Values of the second element, and whether they are equal up to rounding.
    @Test(
        arguments: [
            ([1, 1.000_000_1, 1, 0.999_999_9, 1, 1, 1], true), ([1, 1, 1, 1, 1, 1, 1.000_01], false),
            ([-5e8, -5.000_002e8, -5e8, -5e8, -5e8, -5e8, -5e8], true), ([1e-9, 2e-9, 1e-9, 0, 0, 0, 0], false),
            ([0, 1, 1e7, 1e7, 1e7, 1e7, 1e7], false),
        ] as [([Float], Bool)])
    func elementsThatChangeByRounding(values: [Float], isSaid: Bool) throws {
        let sample = changed { for row in 0..<7 { $0.observations[2 * row + 1] = values[row] } }
        let remark = "1 of an observation's 2 elements (counted from 0) never change, rounding aside"
        #expect(try remarks(sample).contains(remark) == isSaid)
    }

    @Test func manyElementsAreListedByRanges() throws {
        // 14 numbers as two rows of seven elements, of which 1, 3, 4 and 6 change.
        let sample = SampleFile(
            observations: [0, 1, 2, 3, 4, 5, 6, 0, 9, 2, 9, 9, 5, 9], observationShape: [2, 7], actions: [0, 0.5],
            actionShape: [2, 1], rewards: [1, 2], rewardShape: [2], terminals: [0, 0], timeouts: nil)
        #expect(
            try remarks(sample).first == "0, 2 and 5 of an observation's 7 elements (counted from 0) never change")
    }

    /// 1.8e19 is the square root of the largest single-precision number.
    @Test func numbersWhoseSquaresOverflow() throws {
        #expect(try remarks(changed { $0.observations[9] = -1.8e19 }).isEmpty)
        #expect(
            try remarks(changed { $0.observations[9] = -1.9e19 }) == [
                "field 'observations' holds -1.9e+19 in row 4: its square is beyond single precision"
            ])
        #expect(
            try remarks(changed { $0.rewards[5] = 1e38 }) == [
                "field 'rewards' holds 1e+38 in row 5: its square is beyond single precision"
            ])
    }

    // MARK: Rewards

    /// The three trajectories are rows 0–2, 3 and 5.
    @Test func returnsThatDifferByRounding() throws {
        let sample = changed { $0.rewards = [1, 1, 1, 3, 0, 3.0000002, 0] }
        #expect(
            try remarks(sample) == [
                "the returns of 3 trajectories differ by 2.384185791015625e-07 at a size of 3.000000238418579: a reward "
                    + "scale made of their range (setting 'reward: return-range') is rounding"
            ])
        #expect(try remarks(changed { $0.rewards = [1, 1, 1, 3, 0, 3.0001, 0] }).isEmpty)
    }

    @Test func returnsThatAreEqual() throws {
        #expect(
            try remarks(changed { $0.rewards = [1, 1, 1, 3, 0, 3, 0] }) == [
                "the returns of 3 trajectories are all 3.0: a reward scale made of their range (setting 'reward: "
                    + "return-range') is impossible"
            ])
    }

    /// The rewards cancel within each trajectory: rows 0–2, 3 and 5.
    @Test func returnsThatAreZero() throws {
        #expect(
            try remarks(changed { $0.rewards = [1, -1, 0, 0, 9, 0, 9] }) == [
                "the returns of 3 trajectories are all 0.0: a reward scale made of their range (setting 'reward: "
                    + "return-range') is impossible"
            ])
    }

    @Test(arguments: [0, 1, -2.5] as [Float]) func rewardsThatNeverChange(reward: Float) throws {
        let found = try remarks(changed { $0.rewards = [Float](repeating: reward, count: 7) })
        #expect(found == ["every reward is \(reward)"])
    }

    @Test func oneTrajectory() throws {
        let sample = SampleFile(
            observations: [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], terminals: [0, 0, 0, 0, 0, 0, 1])
        #expect(
            try remarks(
                changed {
                    $0 = sample; $0.timeouts = [0, 0, 0, 0, 0, 0, 0]
                }) == [
                    "all transitions are of one trajectory"
                ])
    }

    // MARK: Flags, actions, other fields

    @Test func episodesWithoutEnds() throws {
        let zeros = [UInt8](repeating: 0, count: 7)
        let remark =
            "no row ends an episode ('terminals' and 'timeouts' are 0 throughout): if there are several, each leads "
            + "into the next"
        #expect(try remarks(changed { ($0.terminals, $0.timeouts) = (zeros, zeros) }).first == remark)
        #expect(try !remarks(changed { $0.terminals = zeros }).contains(remark))
        #expect(try !remarks(changed { ($0.terminals, $0.timeouts) = (zeros, nil) }).contains(remark))
    }

    @Test func noTimeLimitIsKnown() throws {
        #expect(try remarks(SampleFile(timeouts: nil), maximumSteps: nil).first?.contains("'timeouts'") == true)
        #expect(try remarks(SampleFile(), maximumSteps: nil).isEmpty, "the file says which steps timed out")
    }

    @Test func actionsAtTheirLimits() throws {
        let remark = "every action is at its limit, -1 or 1"
        #expect(try remarks(changed { $0.actions = [1, -1, 1, 1, -1, 1, 1] }) == [remark])
        #expect(try remarks(changed { $0.actions = [1, -1, 1, 1, -1, 1, 0.999] }).isEmpty)
    }

    /// No learner reads these fields, so they refuse no file; but a remark names them.
    @Test(arguments: [Float.nan, .infinity, -.infinity]) func fieldsThatTrainingDoesNotUse(value: Float) throws {
        var next = SampleFile().observations
        next[7] = value
        #expect(
            try remarks(SampleFile(nextObservations: next)) == [
                "field 'next_observations', which training does not use, holds \(value) in row 3"
            ])
        try SampleFile(nextObservations: next).write(to: folder("b.hdf5"))
        #expect(try D4RLFile(path: folder("b.hdf5")).nextObservations == nil)
    }

    static let unreadable: [(write: @Sendable (HDF5Writer, String) throws -> Void, reason: String)] = [
        (
            { try $0.write([Double](repeating: 1e300, count: 14), shape: [7, 2], to: $1) },
            "expected numbers within single precision, at most 3.4e38, found 1e+300 in row 0"
        ),
        ({ try $0.write(.text("next"), to: $1) }, "expected two dimensions, found the shape []"),
        (
            { try $0.write([Float](repeating: 0, count: 12), shape: [6, 2], to: $1) },
            "expected 7 rows as in 'observations', found 6"
        ),
        (
            { try $0.write([Float](repeating: 0, count: 21), shape: [7, 3], to: $1) },
            "expected 2 columns as in 'observations', found 3"
        ),
        (
            { try $0.write(.text("group"), to: "\($1)/inner") },
            "expected an array stored in this file, found a group"
        ),
    ]

    /// Each unreadable field gets a remark, whatever is wrong with it.
    @Test(arguments: unreadable.indices) func fieldsThatTrainingDoesNotUseAndThatCannotBeRead(index: Int) throws {
        let (write, reason) = Self.unreadable[index]
        let sample = SampleFile()
        try HDF5Writer.write(to: folder("a.hdf5")) { file in
            try sample.write(to: file)
            try write(file, "next_observations")
        }
        let file = try D4RLFile(path: folder("a.hdf5"), includingNextObservations: true)
        #expect(file.nextObservations == nil)
        #expect(
            file.notes == ["field 'next_observations', which training does not use, is left out: \(reason)"])
        #expect(try D4RLFile(path: folder("a.hdf5")).notes.isEmpty)
    }

    @Test(arguments: [(5, 6, true), (5, 5, false), (1, 256, true), (1_000_000, 256, false)])
    func fewerThanABatch(transitions: Int, batch: Int, isSaid: Bool) {
        let remark = DatasetRemarks.smallerThanBatch(transitions, batch: batch)
        #expect((remark != nil) == isSaid)
        let few = transitions == 1 ? "1 transition is" : "\(transitions) transitions are"
        #expect(remark.map { $0.hasPrefix("\(few) fewer than a batch of \(batch)") } ?? true)
    }
}

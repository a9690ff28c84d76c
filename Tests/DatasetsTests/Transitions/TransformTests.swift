import Datasets
import Numerics
import ScratchFiles
import Testing

/// A table with S = A = 1, its columns given row by row.
func table(
    states: [Real], next: [Real], rewards: [Real], terminals: [Real]? = nil, actions: [Real]? = nil
) -> Transitions {
    let n = states.count
    let t = Transitions(count: n, stateSize: 1, actionSize: 1, origin: "by hand")
    for i in 0..<n {
        t.rows.observations[i] = states[i]
        t.rows.nextObservations[i] = next[i]
        t.rows.rewards[i] = rewards[i]
        t.rows.terminals[i] = terminals?[i] ?? 0
        t.rows.actions[i] = actions?[i] ?? 0
    }
    return t
}

@Suite struct TransformTests {
    /// Three trajectories: return 3 (ends at a jump from 3 to 10), −4 (ends at d = 1, though the next row continues
    /// it), 7 (the last).
    private let pieces = table(
        states: [1, 2, 10, 11, 12, 13], next: [2, 3, 11, 12, 13, 14], rewards: [1, 2, -3, -1, 5, 2],
        terminals: [0, 0, 0, 1, 0, 0])

    @Test func returnsAreCutByTheOfficialRule() {
        #expect(ReturnRange(of: pieces) == ReturnRange(minimum: -4, maximum: 7, trajectories: 3))
    }

    @Test func aDistanceOfOneMillionthDoesNotCut() {
        let close = table(states: [0, 1e-6 * 0.99], next: [0, 1], rewards: [1, 2])
        #expect(ReturnRange(of: close).trajectories == 1)
        let apart = table(states: [0, 1e-6 * 1.01], next: [0, 1], rewards: [1, 2])
        #expect(ReturnRange(of: apart).trajectories == 2)
    }

    @Test func rewardsAreScaledByTheRange() throws {
        let (result, summary) = try TransitionTransforms(reward: .returnRange(scale: 1000)).apply(to: pieces)
        #expect(summary.rewardScale == 1000.0 / 11)
        let raw: [Double] = [1, 2, -3, -1, 5, 2]
        let scaled = raw.map { Real($0 * summary.rewardScale) }
        #expect(elements(result, \.rewards) == scaled)
        #expect(elements(pieces, \.rewards) == [1, 2, -3, -1, 5, 2])  // the original is unchanged
        #expect(summary.returns.maximum == 7)
    }

    @Test func rewardsAreShifted() throws {
        let (result, summary) = try TransitionTransforms(reward: .affine(scale: 10, shift: -5)).apply(to: pieces)
        #expect(elements(result, \.rewards) == [5, 15, -35, -15, 45, 15])
        #expect(summary.rewardScale == 10 && summary.rewardShift == -5)
    }

    @Test func aRangeOfZeroIsRefused() {
        let flat = table(states: [0, 5], next: [1, 6], rewards: [2, 2])
        let error = #expect(throws: DatasetError.self) {
            try TransitionTransforms(reward: .returnRange(scale: 1000)).apply(to: flat)
        }
        #expect(
            error?.description
                == "by hand: field 'rewards': expected trajectories of different returns, as the setting 'reward: "
                + "return-range' divides by R_max − R_min, found 2 with return 2.0; leave the rewards as they are with "
                + "'reward: raw'")
    }

    @Test func actionsAreClipped() throws {
        let t = table(states: [0, 1, 2], next: [1, 2, 3], rewards: [0, 0, 0], actions: [-1, 0.5, 1])
        let limit = TransitionTransforms.standardActionLimit
        let (result, summary) = try TransitionTransforms(actionLimit: limit).apply(to: t)
        #expect(elements(result, \.actions) == [-Real(limit), 0.5, Real(limit)])
        #expect(summary.clippedActions == 2)
    }

    @Test func observationsAreNormalised() throws {
        let t = table(states: [1, 2, 3, 6], next: [2, 3, 6, 9], rewards: [0, 0, 0, 0])
        let (result, summary) = try TransitionTransforms(normalisesObservations: true).apply(to: t)
        let scale = Real(3.5.squareRoot() + 1e-3)  // population variance (4 + 1 + 0 + 9)/4
        #expect(summary.normalisation?.mean == [3] && summary.normalisation?.scale == [scale])
        let centred: [Real] = [-2, -1, 0, 3]
        let nextCentred: [Real] = [-1, 0, 3, 6]
        #expect(elements(result, \.observations) == centred.map { $0 / scale })
        #expect(elements(result, \.nextObservations) == nextCentred.map { $0 / scale })
        let observation = Matrix(1, 1)
        observation[0] = 6
        summary.normalisation?.apply(to: observation.view)
        #expect(observation[0] == elements(result, \.observations)[3])
    }

    @Test func aConstantComponentStaysFinite() throws {
        let t = table(states: [4, 4, 4], next: [4, 4, 4], rewards: [0, 0, 0])
        let (result, _) = try TransitionTransforms(normalisesObservations: true).apply(to: t)
        #expect(elements(result, \.observations) == [0, 0, 0])
    }

    /// Numbers beyond single precision are refused before training, with the row of the file and the setting.
    @Test func numbersThatBecomeInfiniteAreRefused() throws {
        let large = table(states: [0, 5, 9], next: [1, 6, 10], rewards: [3e38, -3e38, 0])
        let loud = try? TransitionTransforms(reward: .affine(scale: 10, shift: -5)).apply(to: large)
        #expect((loud == nil) == (Real.self == Float.self), "double precision holds them")
        let folder = TemporaryFolder()
        var sample = SampleFile()
        (sample.observations[10], sample.observations[12]) = (-3e38, 3e38)
        try sample.write(to: folder("a.hdf5"))
        let transitions = try Transitions(D4RLFile(path: folder("a.hdf5")), maximumSteps: 1000)
        guard Real.self == Float.self else { return }
        let error = #expect(throws: DatasetError.self) {
            try TransitionTransforms(normalisesObservations: true).apply(to: transitions)
        }
        // Transition 4 is row 5, because the time limit ended row 4. Its s' overflows.
        #expect(
            error?.description
                == "\(folder("a.hdf5")): field 'observations': expected numbers that stay within single precision with the "
                + "setting 'normalise_observations: true', found inf from row 5; use another setting, or scale the data"
        )
    }

    @Test func noTransformGivesTheSameTable() throws {
        let (result, summary) = try TransitionTransforms.none.apply(to: pieces)
        #expect(result === pieces)
        #expect(summary.rewardScale == 1 && summary.rewardShift == 0 && summary.normalisation == nil)
    }

    @Test func transformsArePrinted() {
        let all = TransitionTransforms(
            actionLimit: TransitionTransforms.standardActionLimit, reward: .returnRange(scale: 1000),
            normalisesObservations: true)
        #expect(
            "\(all)" == "actions clipped to ±0.99999, rewards × 1000.0/(R_max − R_min), observations normalised "
                + "(std + 0.001)")
        #expect(
            "\(TransitionTransforms(reward: .affine(scale: 1, shift: -1)))"
                == "actions as they are, rewards × 1.0 − 1.0, observations as they are")
    }
}

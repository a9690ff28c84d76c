import CHDF5
import Datasets
import HDF5
import ScratchFiles
import Testing

@Suite struct D4RLFileTests {
    let folder = TemporaryFolder()
    private var path: String { folder("hopper.hdf5") }

    /// The message of the error that refuses the file.
    private func refusal(_ sample: SampleFile, edited body: ((hid_t) -> Void)? = nil) throws -> String {
        try sample.write(to: path)
        if let body { edit(path, body) }
        return message()
    }

    private func message() -> String {
        let error = #expect(throws: DatasetError.self) { try D4RLFile(path: path) }
        return error.map { "\($0)".replacing(folder.path + "/", with: "") } ?? ""
    }

    // MARK: Files that are read

    @Test func fieldsAreRead() throws {
        let sample = SampleFile(nextObservations: SampleFile().observations.map { $0 + 1 })
        try sample.write(to: path)
        let file = try D4RLFile(path: path, includingNextObservations: true)
        #expect(file.count == 7 && file.stateSize == 2 && file.actionSize == 1)
        #expect(file.observations == sample.observations)
        #expect(file.actions == sample.actions)
        #expect(file.rewards == sample.rewards)
        #expect(file.terminals == sample.terminals)
        #expect(file.timeouts == sample.timeouts)
        #expect(file.nextObservations == sample.nextObservations)
        #expect(try D4RLFile(path: path).nextObservations == nil)
    }

    @Test func everyStorageGivesTheSameTransitions() throws {
        try SampleFile().write(to: path)
        let expected = try Transitions(D4RLFile(path: path), maximumSteps: 1000)
        for doubles in [false, true] {
            for storage in [HDF5Writer.Storage.contiguous, .gzip(level: 9)] {
                for booleans in [false, true] {
                    var sample = SampleFile(doubles: doubles, storage: storage, booleans: booleans)
                    sample.rewardShape = doubles ? [7, 1] : [7]
                    sample.nextObservations = booleans ? [Float](repeating: 9, count: 14) : nil
                    try sample.write(to: path)
                    let read = try Transitions(D4RLFile(path: path), maximumSteps: 1000)
                    #expect(Array(read.block) == Array(expected.block))
                }
            }
        }
    }

    // MARK: Files that are refused

    @Test func aTruncatedFile() throws {
        try SampleFile().write(to: path)
        let whole = bytes(of: path)
        put(whole.prefix(whole.count * 2 / 3), at: path)
        #expect(
            message() == "hopper.hdf5: expected \(whole.count) bytes, found \(whole.count * 2 / 3): the file is "
                + "truncated; download it again")
        for size in [0, 1, 7, 8, 50, 95, 96, 97, 512, 2048, whole.count - 1] {
            put(whole.prefix(size), at: path)
            #expect(message().contains("download"), "\(size) bytes")
        }
        put(whole.prefix(7), at: path)
        #expect(
            message() == "hopper.hdf5: expected an HDF5 file, found 7 bytes of something else; download it again and "
                + "check the address")
    }

    @Test func anAbsentFile() {
        #expect(message() == "hopper.hdf5: expected a readable file, found No such file or directory")
    }

    @Test(arguments: D4RLFile.requiredFields)
    func aMissingField(_ name: String) throws {
        #expect(
            try refusal(SampleFile(without: name))
                == "hopper.hdf5: field '\(name)': expected a field of this name, found none; a D4RL file has "
                + "observations, actions, rewards, terminals")
    }

    @Test func wrongRanks() throws {
        #expect(
            try refusal(SampleFile(observationShape: [14]))
                == "hopper.hdf5: field 'observations': expected two dimensions, found the shape [14]")
        #expect(
            try refusal(SampleFile(rewards: [Float](repeating: 0, count: 14), rewardShape: [7, 2]))
                == "hopper.hdf5: field 'rewards': expected one dimension, found the shape [7, 2]")
        #expect(
            try refusal(SampleFile(actions: [], actionShape: [7, 0]))
                == "hopper.hdf5: field 'actions': expected at least one column, found the shape [7, 0]")
    }

    @Test func lengthsThatDisagree() throws {
        #expect(
            try refusal(SampleFile(actions: [0, 0], actionShape: [2, 1]))
                == "hopper.hdf5: field 'actions': expected 7 rows as in 'observations', found 2")
        #expect(
            try refusal(SampleFile(timeouts: [0, 0]))
                == "hopper.hdf5: field 'timeouts': expected 7 rows as in 'observations', found 2")
        #expect(
            try refusal(SampleFile(observations: [1, 2], observationShape: [1, 2]))
                == "hopper.hdf5: field 'observations': expected between 2 and 2147483647 rows, found 1")
    }

    @Test func valuesOutOfRange() throws {
        var sample = SampleFile()
        sample.observations[7] = .nan
        #expect(
            try refusal(sample)
                == "hopper.hdf5: field 'observations': expected finite numbers, found nan in row 3; the file is "
                + "damaged, or a diverged run wrote it")
        sample = SampleFile()
        sample.rewards[6] = -.infinity
        #expect(try refusal(sample).contains("field 'rewards': expected finite numbers, found -inf in row 6"))
        sample = SampleFile()
        sample.actions[4] = -1.5
        #expect(
            try refusal(sample)
                == "hopper.hdf5: field 'actions': expected values between -1 and 1, found -1.5 in row 4; scale the "
                + "actions to the range of the environment")
        sample.actions[4] = -1.0000005
        try sample.write(to: path)
        #expect(throws: Never.self) { try D4RLFile(path: path) }
        sample = SampleFile(booleans: false)
        sample.terminals[2] = 2
        #expect(
            try refusal(sample) == "hopper.hdf5: field 'terminals': expected 0 or 1 in every row, found 2 in row 2")
    }

    @Test func objectsThatAreNotArrays() throws {
        let none = ab_H5P_DEFAULT()
        let sample = SampleFile(without: "actions")
        #expect(
            try refusal(sample) { H5Gclose(H5Gcreate2($0, "actions", none, none, none)) }
                == "hopper.hdf5: field 'actions': expected an array stored in this file, found a group")
        #expect(
            try refusal(sample) { H5Lcreate_external("/etc/passwd", "/x", $0, "actions", none, none) }
                == "hopper.hdf5: field 'actions': expected an array stored in this file, found a link into another "
                + "file, '/etc/passwd'")
        #expect(
            try refusal(sample) { H5Lcreate_soft("/rewards", $0, "actions", none, none) }
                == "hopper.hdf5: field 'actions': expected two dimensions, found the shape [7]",
            "a soft link is followed")
    }

    @Test func declaredSizesBeyondTheLimit() throws {
        let text = try refusal(SampleFile(without: "observations")) { file in
            let space = H5Screate_simple(2, [1 << 40, 11], nil)
            let creation = H5Pcreate(ab_H5P_DATASET_CREATE())
            H5Pset_chunk(creation, 2, [1024, 11])
            let none = ab_H5P_DEFAULT()
            H5Dclose(H5Dcreate2(file, "observations", ab_H5T_IEEE_F32LE(), space, none, creation, none))
            H5Sclose(space)
            H5Pclose(creation)
        }
        #expect(
            text == "hopper.hdf5: field 'observations': expected an array of at most 17179869184 bytes, found a "
                + "declared shape of [1099511627776, 11]; the file is damaged: download or make it again")
    }

    @Test func otherElementTypes() throws {
        let text = try refusal(SampleFile(without: "rewards")) { file in
            let type = H5Tcopy(ab_H5T_C_S1())
            H5Tset_size(type, 4)
            let space = H5Screate_simple(1, [7], nil)
            let none = ab_H5P_DEFAULT()
            let dataset = H5Dcreate2(file, "rewards", type, space, none, none, none)
            H5Dwrite(dataset, type, 0, 0, none, [UInt8](repeating: 65, count: 28))
            for id in [dataset, space, type] { H5Idec_ref(id) }
        }
        #expect(text == "hopper.hdf5: field 'rewards': expected numbers, found text")
    }

}

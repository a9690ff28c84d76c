import Datasets
import Foundation
import HDF5
import ScratchFiles
import Testing

/// The digest of a dataset's contents depends on every number and on nothing else; `Tests/Peers/contents.py` computes
/// the same with numpy.
@Suite struct ContentsDigestTests {
    let folder = TemporaryFolder()

    private func digest(_ sample: SampleFile) throws -> String {
        try sample.write(to: folder("a.hdf5"))
        return try D4RLFile(path: folder("a.hdf5"), includingNextObservations: true).contentsSHA256
    }

    /// The expected digest was computed by Python's hashlib from the definition and the sample's numbers.
    @Test func followsItsDefinition() throws {
        #expect(try digest(SampleFile()) == "43c47954f271045860f757b23d9cdf176d44f6007d019e1be5784601f6f4589a")
        #expect(
            try digest(SampleFile(timeouts: nil)) == "5f69b618ec5ccd44e37250d30aa4fbeda176829f9af176e6dff5b0e584fe8dc7")
    }

    /// The expected digests were computed by Tests/Peers/contents.py.
    @Test(arguments: [
        ("mujoco/hopper/medium-v0", "4ba0930f6e31d9f2910fbeebbe95169ca4a823c25f6bd6b9c1326dde162e6b39"),
        ("D4RL/antmaze/umaze-v1", "23bf04bfb6e1f59df94526a43a8e7f110f6ba9e2e3a8c0434dadfc095c08f9e1"),
        ("D4RL/kitchen/complete-v2", "526de4da4526041040ac5a5e7db549cbfb80ce2e697396ed0d36ee540629773b"),
    ])
    func minariDatasets(id: String, digest: String) throws {
        let folder = fixtures.appendingPathComponent("minari")
        #expect(try MinariFile(MinariFolder(at: folder.appendingPathComponent(id).path)).contentsSHA256 == digest)
    }

    /// Equal data have equal digests, however they are stored.
    @Test(arguments: [
        SampleFile(storage: .contiguous), SampleFile(storage: .gzip(level: 9)), SampleFile(doubles: true),
        SampleFile(booleans: false), SampleFile(doubles: true, storage: .contiguous, booleans: false),
        SampleFile(nextObservations: [Float](repeating: 7, count: 14)),
        SampleFile(nextObservations: [Float](repeating: .nan, count: 14)), SampleFile(rewardShape: [7, 1]),
    ])
    func doesNotDependOnStorage(sample: SampleFile) throws {
        #expect(try digest(sample) == digest(SampleFile()))
    }

    @Test func dependsOnEveryNumber() throws {
        var others = [SampleFile](repeating: SampleFile(), count: 7)
        others[0].observations[13] += 1
        others[1].actions[0] += 0.5
        others[2].rewards[6] -= 1
        others[3].terminals[0] = 1
        others[4].timeouts = nil
        others[5].timeouts = [UInt8](repeating: 0, count: 7)
        others[6].observations[0] = -0.0
        var digests = Set([try digest(SampleFile())])
        for other in others { #expect(digests.insert(try digest(other)).inserted) }
    }
}

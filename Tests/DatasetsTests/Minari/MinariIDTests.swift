import Datasets
import ScratchFiles
import Testing

/// The IDs of Minari's datasets, and the folders that they stand for.
@Suite struct MinariIDTests {
    private let folder = TemporaryFolder()

    @Test(
        arguments: [
            ("mujoco/hopper/medium-v0", "hopper-medium"), ("D4RL/antmaze/umaze-v1", "antmaze-umaze"),
            ("D4RL/kitchen/complete-v2", "kitchen-complete"),
            ("D4RL/antmaze/large-diverse-v1", "antmaze-large-diverse"),
            ("mine/deep/er/walker2d/expert-v12", "walker2d-expert"), ("mujoco/hopper/simple-v0", nil), ("toy-v0", nil),
        ] as [(String, String?)])
    func ids(text: String, namesake: String?) throws {
        let id = try #require(MinariID(name: "minari:" + text))
        #expect(id.description == text && id.namesake == namesake && id.name == "minari:" + text)
    }

    @Test(arguments: ["", "hopper", "a//b-v0", "/a-v0", "../x-v0", "a b-v0", "hopper-v", "-v0", "hopper-v0/", "a:b-v0"])
    func invalidIds(text: String) {
        #expect(MinariID(text) == nil)
        #expect(MinariID(name: text) == nil)
    }

    @Test func absentDatasetsSayHowToGetThem() throws {
        let id = try #require(MinariID("mujoco/hopper/medium-v0"))
        let error = #expect(throws: DatasetError.self) { try MinariFolder.find(id, in: folder.path) }
        #expect(error?.description.contains("get it with `minari download mujoco/hopper/medium-v0`") == true)
    }
}

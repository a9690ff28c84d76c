import CMuJoCo
import Environments
import Foundation
import ScratchFiles
import Testing

@Suite struct KitchenAssetsTests {
    @Test(arguments: [
        (["ACTIVE_BENCH_CACHE": "/a", "XDG_CACHE_HOME": "/x", "HOME": "/h"], "/a/kitchen"),
        (["ACTIVE_BENCH_CACHE": "", "XDG_CACHE_HOME": "/x", "HOME": "/h"], "/x/active-bench/kitchen"),
        (["HOME": "/h"], "/h/.cache/active-bench/kitchen"), ([:], "./.cache/active-bench/kitchen"),
    ])
    func folder(environment: [String: String], expected: String) {
        #expect(KitchenAssets(environment: { environment[$0] }).folder == expected)
    }

    @Test func withoutThem() throws {
        let folder = TemporaryFolder()
        let error = try #require(throws: EnvironmentError.self) {
            try Kitchen(
                "kitchen-mixed", tasks: KitchenTask.mixed, profile: .d4rl, assets: KitchenAssets(folder: folder.path))
        }
        #expect(
            error.description
                == "the model and meshes of 'kitchen-mixed' are not in \(folder.path): get them with `jobs/setup.sh --kitchen`"
        )
    }

    /// A copy of the assets without a mesh, or with an invalid mesh, is refused in one sentence; nothing is written.
    @Test(arguments: [true, false]) func damagedAssets(missing: Bool) throws {
        let folder = TemporaryFolder()
        let copy = folder("kitchen")
        try FileManager.default.copyItem(atPath: KitchenAssets().folder, toPath: copy)
        let mesh = copy + "/third_party/franka/meshes/collision/link3.stl"
        if missing { try FileManager.default.removeItem(atPath: mesh) } else { put("solid".utf8, at: mesh) }
        let before = folder.files
        let error = try #require(throws: EnvironmentError.self) {
            try KitchenAssets(folder: copy).simulation(name: "kitchen-mixed")
        }
        let sentence = error.description
        #expect(sentence.hasPrefix("the model and meshes of 'kitchen-mixed' in \(copy) are damaged: Error: "))
        #expect(sentence.contains("link3") && !sentence.contains("\n"), "\(sentence)")
        #expect(sentence.hasSuffix("; get them again with `jobs/setup.sh --kitchen`"), "\(sentence)")
        #expect(folder.files == before)
        #expect(access("MUJOCO_LOG.TXT", F_OK) != 0)
        _ = try KitchenAssets().simulation(name: "kitchen")
    }

    /// A model without the visual geoms has the same dynamics.
    @Test func visualsAreLeftOut() throws {
        let (lean, whole) = try (
            KitchenAssets().simulation(name: "kitchen"), KitchenAssets().simulation(name: "kitchen", visuals: true)
        )
        #expect((lean.withModel(\.ngeom), whole.withModel(\.ngeom)) == (123, 241))
        #expect(lean.bodyMasses == whole.bodyMasses && lean.timestep == 0.002)
    }
}

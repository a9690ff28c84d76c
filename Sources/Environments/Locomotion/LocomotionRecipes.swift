/// D4RL's recipe with our behaviour policies, which lie in results/behaviour.
enum LocomotionRecipes {
    /// A medium dataset has rollouts of one early-stopped SAC policy; a replay dataset has rollouts of five snapshots of the
    /// training and of that policy, in order, instead of the replay buffer. The numbers of rows are D4RL's (half of them for
    /// Hopper's replay).
    static let first = recipe(1) { walker in
        [
            dataset(walker, "medium-r1", of: [.init("\(walker)/medium.safetensors")]),
            dataset(
                walker, "medium-replay-r1",
                of: [.init("\(walker)/snapshot-*.safetensors", atLeast: 5), .init("\(walker)/medium.safetensors")],
                rows: walker == "walker2d" ? 300_000 : 200_000),
        ]
    }

    /// As the first recipe, from one training run for all but the expert: a replay dataset has rollouts of many snapshots,
    /// evenly spaced over the training up to the medium policy, and D4RL's number of rows.
    static let second = recipe(2) { walker in
        let replayed = ["hopper": 402_000, "halfcheetah": 202_000, "walker2d": 302_000]
        return [
            dataset(walker, "medium-r2", of: [.init("\(walker)/r2/medium.safetensors")]),
            dataset(
                walker, "medium-replay-r2", of: [.init("\(walker)/r2/replay-*.safetensors", atLeast: 24)],
                rows: replayed[walker] ?? 0, seed: 1),
            dataset(walker, "expert-r2", of: [.init("\(walker)/r2/expert.safetensors")], seed: 2),
            DatasetRecipe.Recording(
                dataset: "\(walker)-medium-expert-r2", environment: walker,
                source: .datasets(["\(walker)-medium-r2", "\(walker)-expert-r2"]), transitions: 2_000_000,
                contents: contents["\(walker)-medium-expert-r2"]),
        ]
    }

    private static func recipe(
        _ number: Int, _ recordings: (_ walker: String) -> [DatasetRecipe.Recording]
    ) -> DatasetRecipe {
        DatasetRecipe(
            number: number, algorithm: "SAC", profile: .d4rl,
            recordings: ["hopper", "halfcheetah", "walker2d"].flatMap(recordings))
    }

    private static func dataset(
        _ walker: String, _ name: String, of policies: [DatasetRecipe.PolicyFiles], rows: Int = 1_000_000, seed: Int = 0
    ) -> DatasetRecipe.Recording {
        DatasetRecipe.Recording(
            dataset: "\(walker)-\(name)", environment: walker, source: .rollouts(policies), transitions: rows,
            seed: seed, contents: contents["\(walker)-\(name)"])
    }

    /// The digests of the contents, as `active-bench data info` prints them. They are the same on every x86-64-v3 processor with
    /// Debian 12's MuJoCo and glibc.
    private static let contents = [
        "hopper-medium-r1": "d237c766fcc10deeef2bb71afb8ed11c8b3d9695f671baea039145be7a1e32db",
        "hopper-medium-replay-r1": "ddcbcb0f5ec36f8b867dccf4b49823c20b5e79908598f13923462364bd2153a0",
        "halfcheetah-medium-r1": "8ce17e5bd6b76aab7d6ab9fbfeaae138ee33a2410f252925cf8620e4db2d31cc",
        "halfcheetah-medium-replay-r1": "042fcc20f2bce478873f846f4700c6898ede46c51931526e393d9f5e7c2bb8cf",
        "walker2d-medium-r1": "b43a2a49038c2944e1f78ef25ea5235d80179bbc1ae13511ff266c49bb25dddf",
        "walker2d-medium-replay-r1": "74436cbb1b4b4bd4cd91c04572e78065ad103ba23dc8b4b582e89aa6f6537050",
        "hopper-medium-r2": "6a7cbb6247c72930536c1beed6c7aea6e4a0f04104f11ee6cda8c8fda50dd50a",
        "hopper-medium-replay-r2": "e469060a9b5a9bcaea46cb704cad0517f57ba3486978da3f9e64704601987eae",
        "halfcheetah-medium-r2": "30a1b2acd268e84c606d9707f0e87ed5afcfcb58554b6bc87e611803b63f5531",
        "halfcheetah-medium-replay-r2": "3ba5289b96fd143ba97655d4dddd810e2eb71a179c2af19a5bcb7b5bbdef31b2",
        "walker2d-medium-r2": "b8083d6f49bc6476e8241d0cd31cc32a44e5676c0726bcf69ccb8984f0144a14",
        "walker2d-medium-replay-r2": "a1971e3e2535fcf26b1c62ca712d52b184503c371ac6bf91cf1fa5079a939aca",
    ]
}

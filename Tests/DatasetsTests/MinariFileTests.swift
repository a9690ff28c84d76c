import Datasets
import Foundation
import HDF5
import MinariTraces
import Numerics
import ScratchFiles
import Testing

/// Reads Minari's layout: files of our own writer with one thing changed in each test, and files of the minari package.
@Suite struct MinariFileTests {
    private let folder = TemporaryFolder()

    /// Episodes of given lengths: observation [k, t, 0.5] in step t of episode k, action ±0.1 t, reward 10 k + t.
    struct Sample {
        var lengths = [2, 3, 1]
        /// What is written instead of a field, by episode and field; nil leaves the field out.
        var replaced: [String: ((HDF5Writer, String) throws -> Void)?] = [:]
        var metadata: [String: Any]? = [:]
        /// The number of the episode that neither terminates nor is truncated.
        var unfinished: Int? = 2
        var attributes: [String: HDF5Value] = [:]

        func write(to folder: String) throws {
            let data = folder + "/data"
            try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
            try HDF5Writer.write(to: data + "/main_data.hdf5") { file in
                for (k, length) in lengths.enumerated() { try episode(k, length, file) }
                for (name, value) in attributes { try file.setAttribute(name, to: value) }
            }
            guard var metadata else { return }
            let known: [String: Any] = [
                "total_episodes": lengths.count, "total_steps": lengths.reduce(0, +), "data_format": "hdf5",
                "dataset_id": "toy/sample-v0", "minari_version": "0.5.4",
                "observation_space":
                    #"{"type": "Box", "dtype": "float64", "shape": [3], "low": [-Infinity], "high": [NaN]}"#,
                "action_space": #"{"type": "Box", "dtype": "float32", "shape": [2], "low": [-1.0], "high": [1.0]}"#,
                "env_spec": #"{"id": "Hopper-v5", "max_episode_steps": 3, "kwargs": {}}"#,
            ]
            metadata = known.merging(metadata) { _, new in new }.filter { !($0.value is NSNull) || $0.key == "code" }
            try JSONSerialization.data(withJSONObject: metadata).write(
                to: URL(fileURLWithPath: data + "/metadata.json"))
        }

        private func episode(_ k: Int, _ length: Int, _ file: HDF5Writer) throws {
            let group = "episode_\(k)/"
            func put(_ field: String, _ write: (HDF5Writer, String) throws -> Void) throws {
                if let other = replaced[group + field] {
                    try other?(file, group + field)
                } else {
                    try write(file, group + field)
                }
            }
            let steps = (0..<length).map { Double($0) }
            let rows = (0...length).flatMap { [Double(k), Double($0), 0.5] }
            try put("observations") { try $0.write(rows, shape: [length + 1, 3], to: $1) }
            let actions = steps.flatMap { [Float(0.1 * $0), Float(-0.1 * $0)] }
            try put("actions") { try $0.write(actions, shape: [length, 2], to: $1) }
            try put("rewards") { try $0.write(steps.map { 10 * Double(k) + $0 }, shape: [length], to: $1) }
            let ends = steps.map { Int($0) == length - 1 && k != unfinished }
            try put("terminations") { try $0.write(ends.map { $0 && k % 2 == 0 }, shape: [length], to: $1) }
            try put("truncations") { try $0.write(ends.map { $0 && k % 2 == 1 }, shape: [length], to: $1) }
        }
    }

    private func read(_ sample: Sample, at path: String = "") throws -> MinariFile {
        try sample.write(to: folder("set"))
        return try MinariFile(MinariFolder(at: folder("set") + path))
    }

    private func rows(_ view: MatrixView) -> [[Real]] {
        (0..<view.rows).map { i in (0..<view.columns).map { view.row(i)[$0] } }
    }

    /// No step is lost at a time-out, and the unfinished episode at the end counts, too.
    @Test(arguments: ["", "/data", "/data/main_data.hdf5"]) func everyStepIsATransition(path: String) throws {
        let file = try read(Sample(), at: path)
        #expect(file.lengths == [2, 3, 1] && file.count == 6 && file.stateSize == 3 && file.actionSize == 2)
        #expect(file.terminations == [0, 1, 0, 0, 0, 0] && file.truncations == [0, 0, 0, 0, 1, 0])
        let table = try file.transitions()
        #expect(
            rows(table.observations).map { [$0[0], $0[1]] } == [[0, 0], [0, 1], [1, 0], [1, 1], [1, 2], [2, 0]])
        #expect(
            rows(table.nextObservations).map { [$0[0], $0[1]] } == [
                [0, 1], [0, 2], [1, 1], [1, 2], [1, 3], [2, 1],
            ])
        #expect(rows(table.rewards) == [[0, 1, 10, 11, 12, 20]] && rows(table.terminals) == [[0, 1, 0, 0, 0, 0]])
        #expect(file.metadata.environment == "Hopper-v5" && file.metadata.maximumSteps == 3)
    }

    /// Episode 10 comes after 9, not after 1 as in alphabetical order.
    @Test func elevenEpisodesInTheOrderOfTheirNumbers() throws {
        let file = try read(Sample(lengths: Array(1...11), unfinished: 10))
        #expect(file.lengths == Array(1...11))
        let table = try file.transitions()
        let numbers = (0..<11).flatMap { k in [Real](repeating: Real(k), count: k + 1) }
        #expect(rows(table.observations).map { $0[0] } == numbers)
    }

    @Test func optionalPartsMayBeMissing() throws {
        for metadata: [String: Any] in [
            ["env_spec": NSNull()], ["total_episodes": NSNull(), "total_steps": NSNull()],
            ["observation_space": NSNull()],
            ["code_permalink": "none", "author": ["a", "b"], "ref_min_score": 0.5],
        ] {
            #expect(try read(Sample(metadata: metadata)).count == 6)
            try FileManager.default.removeItem(atPath: folder("set"))
        }
        let bare = try read(Sample(metadata: nil))
        #expect(bare.count == 6 && bare.metadata == MinariMetadata())
    }

    @Test(arguments: [
        (["observation", "achieved_goal", "desired_goal"], [27, 2, 2], ["achieved_goal", "observation"]),
        (["observation", "achieved_goal", "desired_goal"], [59, 17, 17], ["observation"]),
        (["observation"], [4], ["observation"]), (["b", "a", "desired_goal"], [3, 2, 2], ["a", "b"]),
    ])
    func dictionaries(names: [String], widths: [Int], used: [String]) throws {
        var sample = Sample(lengths: [2, 1], metadata: ["observation_space": NSNull()])
        for (k, length) in sample.lengths.enumerated() {
            sample.replaced["episode_\(k)/observations"] = { file, place in
                for (name, width) in zip(names, widths) {
                    let elements = (0..<(length + 1) * width).map { Double(1000 * width + $0 + 100 * k) }
                    try file.write(elements, shape: [length + 1, width], to: "\(place)/\(name)")
                }
            }
        }
        let file = try read(sample)
        #expect(file.observationNames == used)
        let sizes = used.compactMap { name in names.firstIndex(of: name).map { widths[$0] } }
        #expect(file.stateSize == sizes.reduce(0, +))
        // Row 1 of episode 1: the second row of each array, concatenated.
        let expected = sizes.flatMap { width in (0..<width).map { Float(1000 * width + width + $0 + 100) } }
        #expect(Array(file.observations[4 * file.stateSize..<5 * file.stateSize]) == expected)
    }

    private static func refused(_ field: String, _ write: ((HDF5Writer, String) throws -> Void)?) -> Sample {
        Sample(replaced: [field: write])
    }

    /// A sample whose `field` is filled with one number: float64 as Minari's observations, float32 as its actions.
    private static func refused(_ field: String, _ shape: [Int], of number: Float = 0) -> Sample {
        let numbers = [Float](repeating: number, count: shape.reduce(1, *))
        return refused(field) { file, name in
            if name.hasSuffix("observations") {
                try file.write(numbers.map { Double($0) }, shape: shape, to: name)
            } else {
                try file.write(numbers, shape: shape, to: name)
            }
        }
    }

    @Test func refusals() throws {
        typealias Example = (sample: Sample, sentence: String)
        let long = #"{"type": "Box", "dtype": "uint8", "shape": [84, 84, 3], "low": [0], "high": [255]}"#
        let cases: [Example] = [
            (
                Sample(metadata: ["total_episodes": 4]),
                "field 'total_episodes': expected 4 episodes, as the metadata say, found 3"
            ),
            (
                Sample(metadata: ["total_steps": 7]),
                "field 'total_steps': expected 7 steps, as the metadata say, found 6"
            ),
            (Sample(metadata: ["total_steps": "6"]), "field 'total_steps': expected a whole number, found \"6\""),
            (Sample(metadata: ["data_format": "arrow"]), "field 'data_format': expected hdf5, found 'arrow'"),
            (
                Sample(metadata: ["observation_space": long]),
                "found pictures of the shape [84, 84, 3], which Minari stores as JPEG"
            ),
            (
                Sample(metadata: ["observation_space": #"{"type": "Box", "dtype": "float64", "shape": [17]}"#]),
                "field 'observation_space': expected observations of 17, as the metadata say, found 3"
            ),
            (
                Sample(metadata: ["action_space": #"{"type": "Box", "dtype": "float32", "shape": [2, 3]}"#]),
                "field 'action_space': expected actions of 6, as the metadata say, found 2"
            ),
            (
                Self.refused("episode_0/observations") {
                    for k in 0..<12 { try $0.write([0, 0, 0] as [Double], shape: [3, 1], to: "\($1)/_index_\(k)") }
                },
                "field 'episode_0/observations': expected an array, or arrays with names of their own, found a tuple"
            ),
            (Sample(metadata: ["action_space": #"{"type": "Discrete", "n": 3}"#]), "expected a Box, found a Discrete"),
            (Sample(metadata: ["env_spec": "Hopper-v5"]), "field 'env_spec': expected a JSON object in a string"),
            (
                Sample(metadata: nil, attributes: ["total_steps": .integer(5)]),
                "expected 5 steps, as the metadata say, found 6"
            ),
            (
                Sample(metadata: nil, attributes: ["total_episodes": .text("three")]),
                "field '/@total_episodes': expected a whole number, found 'three'"
            ),
            (
                Sample(metadata: nil, attributes: ["total_steps": .number(6.5)]),
                "field '/@total_steps': expected a whole number, found 6.5"
            ),
            (
                Sample(metadata: ["env_spec": #"{"id": 5}"#]),
                "field 'env_spec.id': expected the name of an environment, found 5"
            ),
            (
                Sample(metadata: ["env_spec": #"{"id": "Hopper-v5", "max_episode_steps": "many"}"#]),
                "field 'env_spec.max_episode_steps': expected a whole number, found \"many\""
            ),
            (
                Sample(metadata: ["env_spec": #"{"id": "Hopper-v5", "additional_wrappers": {}}"#]),
                "field 'env_spec.additional_wrappers': expected a list of objects, found {}"
            ),
            (
                Sample(metadata: ["env_spec": #"{"id": "Hopper-v5", "additional_wrappers": ["TimeLimit"]}"#]),
                "field 'env_spec.additional_wrappers': expected objects with a 'name', found \"TimeLimit\""
            ),
            (
                Sample(metadata: ["eval_env_spec": #"{"id": "Hopper-v5", "kwargs": [1]}"#]),
                "field 'eval_env_spec.kwargs': expected an object, found [1]"
            ),
            (
                Sample(metadata: ["env_spec": #"{"id": "K", "kwargs": {"tasks_to_complete": "kettle"}}"#]),
                "field 'env_spec.kwargs.tasks_to_complete': expected a list of words, found \"kettle\""
            ),
            (
                Self.refused("episode_0/rewards") {
                    try $0.write([0, 1] as [Double], shape: [2], to: $1)
                    try $0.write([Float(0)], shape: [1], to: "episode_7/rewards")
                },
                "field 'episode_3': expected the episodes before 'episode_7', found none of this number"
            ),
            (Self.refused("episode_1/rewards", nil), "field 'episode_1/rewards'"),
            (Self.refused("episode_1/truncations", nil), "field 'episode_1/truncations'"),
            (
                Self.refused("episode_1/observations", [3, 3]),
                "field 'episode_1/observations': expected 4 rows, one more than in 'rewards', found 3"
            ),
            (
                Self.refused("episode_1/observations", [4, 2]),
                "field 'episode_1': expected observations of 3 and actions of 2, as before, found 2 and 2"
            ),
            (
                Self.refused("episode_2/actions", [2, 2]),
                "field 'episode_2/actions': expected 1 rows, as in 'rewards', found 2"
            ),
            (
                Self.refused("episode_0/actions", [2, 2], of: 2),
                "expected values between -1 and 1, found 2.0 in row 0"
            ),
            (
                Self.refused("episode_2/rewards") { try $0.write([Double.nan], shape: [1], to: $1) },
                "field 'episode_2/rewards': expected finite numbers, found nan in row 0"
            ),
            (
                Self.refused("episode_0/terminations") { try $0.write([true], shape: [1], to: $1) },
                "field 'episode_0/terminations': expected 2 rows as in 'rewards', found 1"
            ),
        ]
        for (sample, sentence) in cases {
            let error = #expect(throws: DatasetError.self, "\(sentence)") { try read(sample) }
            #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
            try FileManager.default.removeItem(atPath: folder("set"))
        }
    }

    /// Episodes whose arrays of 30 rows were created first, and of which a recorder has written some rows.
    @Test(
        arguments: [
            (
                ["observations", "actions"], 12,
                "field 'episode_1/observations': expected data in every row, found rows 12 to 29"
            ),
            (["observations"], 15, "field 'episode_1/observations': expected data in every row, found rows 15 to 29"),
            (["actions"], 12, nil), (["observations", "actions"], 25, nil), ([], 30, nil),
        ] as [([String], Int, String?)])
    func rowsThatWereNeverWritten(fields: [String], written: Int, sentence: String?) throws {
        var sample = Sample(lengths: [30, 30], unfinished: 1)
        for (name, columns) in [("observations", 3), ("actions", 2)] where fields.contains(name) {
            let rows = name == "actions" ? 30 : 31
            let numbers = (0..<rows * columns).map { $0 < written * columns ? Float($0 % 7 + 1) / 10 : 0 }
            sample.replaced["episode_1/\(name)"] = { file, place in
                try file.write(numbers, shape: [rows, columns], to: place, storage: .contiguous)
            }
        }
        for field in ["episode_0/actions", "episode_1/actions"] where sample.replaced[field] == nil {
            sample.replaced[field] = { file, place in
                try file.write([Float](repeating: 0.5, count: 60), shape: [30, 2], to: place)
            }
        }
        guard let sentence else {
            #expect(try read(sample).count == 60)
            return
        }
        let error = #expect(throws: DatasetError.self) { try read(sample) }
        #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        ("", "an empty file (0 bytes)"), ("{\"total_steps\": ", "an object that is damaged or cut"),
        ("[1, 2]", "JSON that is no object"), ("<!DOCTYPE html><html>", "an HTML page"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "a Git LFS pointer"),
        ("not found", "text that begins 'not found'"),
    ])
    func invalidMetadata(text: String, found: String) {
        let error = #expect(throws: DatasetError.self) { try MinariMetadata(text, file: "metadata.json") }
        #expect(error?.found.hasPrefix(found) == true, "\(String(describing: error))")
    }

    @Test func groupsThatAreNotEpisodesAreNoted() throws {
        let sample = Self.refused("episode_0/rewards") {
            try $0.write([0, 1] as [Double], shape: [2], to: $1)
            for name in ["extra", "episode_of_mine", "zebra"] { try $0.write(.integer(1), to: name) }
        }
        let file = try read(sample)
        #expect(file.count == 6)
        #expect(file.notes == ["left out what is no episode of Minari's: 'episode_of_mine' and 2 more"])
        #expect(DatasetRemarks.of(file, try file.transitions(), maximumSteps: nil).first == file.notes.first)
    }

    /// The memory that loading takes is known from the sizes alone, before anything is loaded.
    @Test func memoryIsReportedBeforeLoading() throws {
        struct Stop: Error {}
        try Sample().write(to: folder("set"))
        var told: [Int] = []
        _ = try StoredDataset.read(path: folder("set")) { told.append($0) }
        #expect(told.count == 1 && (told.first ?? 0) > 6 * 4 * (2 * 3 + 2 + 2))
    }

    @Test(arguments: ["arrow", "parquet"]) func otherFormatsAreNamed(format: String) throws {
        let data = folder("set/data")
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        put("{\"data_format\": \"\(format)\"}".utf8, at: data + "/metadata.json")
        let error = #expect(throws: DatasetError.self) { try MinariFolder(at: folder("set")) }
        #expect(
            error?.description.contains("found one of the format '\(format)', which this program does not read") == true
        )
    }

    @Test func theLayoutsAreToldApart() throws {
        try SampleFile().write(to: folder("d4rl.hdf5"))
        let d4rl = #expect(throws: DatasetError.self) {
            try StoredDataset.read(path: folder("d4rl.hdf5"), layout: .minari)
        }
        #expect(d4rl?.found == "one in D4RL's layout, with an array 'observations'")
        _ = try read(Sample())
        let path = folder("set/data/main_data.hdf5")
        let minari = #expect(throws: DatasetError.self) { try StoredDataset.read(path: path, layout: .d4rl) }
        #expect(minari?.found.hasPrefix("a dataset of Minari's") == true)
        guard try StoredDataset.read(path: path) is MinariFile,
            try StoredDataset.read(path: folder("set")) is MinariFile,
            try StoredDataset.read(path: folder("d4rl.hdf5")) is D4RLFile
        else {
            Issue.record("a layout was not recognised")
            return
        }
    }

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

    /// Files written by the minari package, compared with what it reads (Tests/Peers/minari_traces.py, seed 0).
    @Test(arguments: ["hopper", "maze", "kitchen"]) func readsWhatMinariReads(name: String) throws {
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Fixtures/minari")
        let trace = try MinariTrace(fixtures.appendingPathComponent("\(name).h5").path)
        #expect(try trace.differences(in: fixtures.path) == [])
        let size = try MinariFile(MinariFolder.find(trace.id, in: fixtures.path)).stateSize
        #expect(size == ["hopper": 11, "maze": 29, "kitchen": 59][name])
    }
}

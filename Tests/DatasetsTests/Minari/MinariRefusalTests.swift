import Datasets
import Foundation
import HDF5
import ScratchFiles
import Testing

/// What Minari's layout does not allow is refused with the file, the field, what was expected and what was found.
@Suite struct MinariRefusalTests {
    private let folder = TemporaryFolder()

    private func read(_ sample: MinariSample, at path: String = "") throws -> MinariFile {
        try sample.write(to: folder("set"))
        return try MinariFile(MinariFolder(at: folder("set") + path))
    }

    private static func refused(_ field: String, _ write: ((HDF5Writer, String) throws -> Void)?) -> MinariSample {
        MinariSample(replaced: [field: write])
    }

    /// A sample whose `field` is filled with one number: float64 as Minari's observations, float32 as its actions.
    private static func refused(_ field: String, _ shape: [Int], of number: Float = 0) -> MinariSample {
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
        typealias Example = (sample: MinariSample, sentence: String)
        let long = #"{"type": "Box", "dtype": "uint8", "shape": [84, 84, 3], "low": [0], "high": [255]}"#
        let cases: [Example] = [
            (
                MinariSample(metadata: ["total_episodes": 4]),
                "field 'total_episodes': expected 4 episodes, as the metadata say, found 3"
            ),
            (
                MinariSample(metadata: ["total_steps": 7]),
                "field 'total_steps': expected 7 steps, as the metadata say, found 6"
            ),
            (MinariSample(metadata: ["total_steps": "6"]), "field 'total_steps': expected a whole number, found \"6\""),
            (MinariSample(metadata: ["data_format": "arrow"]), "field 'data_format': expected hdf5, found 'arrow'"),
            (
                MinariSample(metadata: ["observation_space": long]),
                "found pictures of the shape [84, 84, 3], which Minari stores as JPEG"
            ),
            (
                MinariSample(metadata: ["observation_space": #"{"type": "Box", "dtype": "float64", "shape": [17]}"#]),
                "field 'observation_space': expected observations of 17, as the metadata say, found 3"
            ),
            (
                MinariSample(metadata: ["action_space": #"{"type": "Box", "dtype": "float32", "shape": [2, 3]}"#]),
                "field 'action_space': expected actions of 6, as the metadata say, found 2"
            ),
            (
                Self.refused("episode_0/observations") {
                    for k in 0..<12 { try $0.write([0, 0, 0] as [Double], shape: [3, 1], to: "\($1)/_index_\(k)") }
                },
                "field 'episode_0/observations': expected an array, or arrays with names of their own, found a tuple"
            ),
            (
                MinariSample(metadata: ["action_space": #"{"type": "Discrete", "n": 3}"#]),
                "expected a Box, found a Discrete"
            ),
            (MinariSample(metadata: ["env_spec": "Hopper-v5"]), "field 'env_spec': expected a JSON object in a string"),
            (
                MinariSample(metadata: nil, attributes: ["total_steps": .integer(5)]),
                "expected 5 steps, as the metadata say, found 6"
            ),
            (
                MinariSample(metadata: nil, attributes: ["total_episodes": .text("three")]),
                "field '/@total_episodes': expected a whole number, found 'three'"
            ),
            (
                MinariSample(metadata: nil, attributes: ["total_steps": .number(6.5)]),
                "field '/@total_steps': expected a whole number, found 6.5"
            ),
            (
                MinariSample(metadata: ["env_spec": #"{"id": 5}"#]),
                "field 'env_spec.id': expected the name of an environment, found 5"
            ),
            (
                MinariSample(metadata: ["env_spec": #"{"id": "Hopper-v5", "max_episode_steps": "many"}"#]),
                "field 'env_spec.max_episode_steps': expected a whole number, found \"many\""
            ),
            (
                MinariSample(metadata: ["env_spec": #"{"id": "Hopper-v5", "additional_wrappers": {}}"#]),
                "field 'env_spec.additional_wrappers': expected a list of objects, found {}"
            ),
            (
                MinariSample(metadata: ["env_spec": #"{"id": "Hopper-v5", "additional_wrappers": ["TimeLimit"]}"#]),
                "field 'env_spec.additional_wrappers': expected objects with a 'name', found \"TimeLimit\""
            ),
            (
                MinariSample(metadata: ["eval_env_spec": #"{"id": "Hopper-v5", "kwargs": [1]}"#]),
                "field 'eval_env_spec.kwargs': expected an object, found [1]"
            ),
            (
                MinariSample(metadata: ["env_spec": #"{"id": "K", "kwargs": {"tasks_to_complete": "kettle"}}"#]),
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
        var sample = MinariSample(lengths: [30, 30], unfinished: 1)
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

    @Test(arguments: ["arrow", "parquet"]) func otherFormatsAreNamed(format: String) throws {
        let data = folder("set/data")
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        put("{\"data_format\": \"\(format)\"}".utf8, at: data + "/metadata.json")
        let error = #expect(throws: DatasetError.self) { try MinariFolder(at: folder("set")) }
        #expect(
            error?.description.contains("found one of the format '\(format)', which this program does not read") == true
        )
    }
}

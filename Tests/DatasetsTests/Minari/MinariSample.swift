import Foundation
import HDF5

/// Episodes of given lengths: observation [k, t, 0.5] in step t of episode k, action ±0.1 t, reward 10 k + t.
struct MinariSample {
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

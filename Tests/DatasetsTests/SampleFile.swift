import HDF5

/// Seven steps, S = 2, A = 1: an episode that a terminal ends (rows 0–2), one that the time limit ends (3–4), and one
/// that the end of the file cuts off (5–6). Each test changes the part that it is about.
struct SampleFile {
    var observations: [Float] = [0, 0.5, 1, 1.5, 2, 2.5, 10, 10.5, 11, 11.5, 20, 20.5, 21, 21.5]
    var observationShape = [7, 2]
    var actions: [Float] = [0.1, -0.2, 0.3, -0.4, 0.5, -1, 1]
    var actionShape = [7, 1]
    var rewards: [Float] = [1, 2, 3, 10, 20, 100, 200]
    var rewardShape = [7]
    var terminals: [UInt8] = [0, 0, 1, 0, 0, 0, 0]
    var timeouts: [UInt8]? = [0, 0, 0, 0, 1, 0, 0]
    var nextObservations: [Float]? = nil
    var doubles = false
    var storage = HDF5Writer.Storage.gzip(level: 4)
    var booleans = true
    var without: String? = nil

    func write(to path: String) throws {
        try HDF5Writer.write(to: path) { try write(to: $0) }
    }

    func write(to file: HDF5Writer) throws {
        try numbers(observations, observationShape, "observations", file)
        try numbers(actions, actionShape, "actions", file)
        try numbers(rewards, rewardShape, "rewards", file)
        try flags(terminals, "terminals", file)
        if let timeouts { try flags(timeouts, "timeouts", file) }
        if let nextObservations { try numbers(nextObservations, observationShape, "next_observations", file) }
    }

    private func numbers(_ elements: [Float], _ shape: [Int], _ name: String, _ file: HDF5Writer) throws {
        guard name != without else { return }
        if doubles {
            try file.write(elements.map { Double($0) }, shape: shape, to: name, storage: storage)
        } else {
            try file.write(elements, shape: shape, to: name, storage: storage)
        }
    }

    private func flags(_ elements: [UInt8], _ name: String, _ file: HDF5Writer) throws {
        guard name != without else { return }
        if booleans {
            try file.write(elements.map { $0 != 0 }, shape: [elements.count], to: name, storage: storage)
        } else {
            try file.write(elements, shape: [elements.count], to: name, storage: storage)
        }
    }
}

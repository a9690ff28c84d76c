import HDF5
import Numerics

/// Hopper-sized arrays as a user may have them: random states and actions, episodes of forty steps that end alternately
/// with a terminal and with a time-out. Each test changes the part that it is about.
struct FieldArrays {
    var rows: Int
    var observations: [Float]
    var actions: [Float]
    var rewards: [Double]
    var terminals: [Bool]
    var timeouts: [Bool]
    var nextObservations: [Float]?

    /// The arrays of `rows` steps.
    init(rows: Int = 400) {
        self.rows = rows
        let stream = RandomStream("field")
        func numbers(_ columns: Int, _ use: Int) -> [Float] {
            (0..<rows * columns).map { Float(1.8 * stream.uniform(step: use, index: $0) - 0.9) }
        }
        observations = numbers(11, 0)
        actions = numbers(3, 1)
        rewards = (0..<rows).map { Double(Float(stream.uniform(step: 2, index: $0))) }
        terminals = (0..<rows).map { $0 % 80 == 39 }
        timeouts = (0..<rows).map { $0 % 80 == 79 }
    }

    /// The arrays after a change.
    init(rows: Int = 400, _ change: (inout FieldArrays) -> Void) {
        self.init(rows: rows)
        change(&self)
    }

    /// A way to store the numbers.
    enum Form {
        case compressed, doubles, plainBytes
    }

    func write(to path: String, _ form: Form = .compressed) throws {
        let storage: HDF5Writer.Storage = form == .compressed ? .gzip(level: 4) : .contiguous
        try HDF5Writer.write(to: path) { file in
            func write(_ numbers: [Float], _ columns: Int, _ name: String) throws {
                if form == .doubles {
                    try file.write(numbers.map { Double($0) }, shape: [rows, columns], to: name, storage: storage)
                } else {
                    try file.write(numbers, shape: [rows, columns], to: name, storage: storage)
                }
            }
            try write(observations, 11, "observations")
            try write(actions, 3, "actions")
            try file.write(rewards, shape: [rows], to: "rewards", storage: storage)
            for (name, flags) in [("terminals", terminals), ("timeouts", timeouts)] {
                if form == .plainBytes {
                    try file.write(flags.map { $0 ? 1 : 0 } as [UInt8], shape: [rows], to: name, storage: storage)
                } else {
                    try file.write(flags, shape: [rows], to: name, storage: storage)
                }
            }
            if let nextObservations { try write(nextObservations, 11, "next_observations") }
        }
    }
}

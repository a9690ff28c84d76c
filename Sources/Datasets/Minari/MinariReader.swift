import HDF5
import Numerics

/// Reads the episodes of Minari's `main_data.hdf5`; its errors say precisely what is wrong with an episode.
struct MinariReader {
    /// The sizes of the episodes, known before their values are read.
    struct Shape {
        var lengths: [Int] = []
        var stateSize = 0
        var actionSize = 0
        var observationNames: [String] = []
        var notes: [String] = []
        /// The largest memory in bytes that reading one array takes in addition to it.
        var reading = 0

        /// N.
        var steps: Int { lengths.reduce(0, +) }

        /// The peak memory of loading in bytes: the arrays, those of one episode, the buffers for reading one, and the
        /// transitions made of them.
        var memory: Int {
            let row = 4 * (stateSize + actionSize + 1) + 2
            let arrays = (steps + lengths.count + 3 * ((lengths.max() ?? 0) + 1)) * row
            let transitions = Transitions.blockSize(
                count: max(1, steps), stateSize: stateSize, actionSize: actionSize)
            return arrays + reading + transitions * MemoryLayout<Real>.stride + (1 << 27)
        }
    }

    /// The arrays of all episodes, concatenated.
    typealias Steps = (
        observations: [Float], actions: [Float], rewards: [Float], terminations: [UInt8], truncations: [UInt8]
    )

    let file: HDF5File

    init(_ path: String, arrayLimit: Int) throws(DatasetError) {
        file = try wordingErrors { () throws(HDF5Error) in try HDF5File(readingFrom: path, arrayLimit: arrayLimit) }
        guard try file.hasField("episode_0") else {
            let isD4RL = try file.hasField("observations")
            throw DatasetError(
                file: path, expected: "a dataset of Minari's, with a group 'episode_0'",
                found: isD4RL ? "one in D4RL's layout, with an array 'observations'" : "none")
        }
    }

    func refusal(_ field: String?, _ expected: String, _ found: String) -> DatasetError {
        DatasetError(file: file.path, field: field, expected: expected, found: found)
    }

    /// Checks the sizes of all episodes: the same widths everywhere, and as many episodes and steps as the metadata say.
    func shape(_ metadata: MinariMetadata) throws(DatasetError) -> Shape {
        let links = try wordingErrors { () throws(HDF5Error) in try file.linkCount(in: "/") }
        var count = 0
        while count < links, try file.hasField("episode_\(count)") { count += 1 }
        var shape = Shape()
        shape.notes = try others(links, besides: count)
        let episodes = metadata.episodes == nil ? try attribute("total_episodes", of: "/") : metadata.episodes
        if let episodes, episodes != count {
            throw refusal("total_episodes", "\(episodes) episodes, as the metadata say", "\(count)")
        }
        shape.observationNames = try observationNames()
        for number in 0..<count { try append(number, to: &shape) }
        try requireSpaces(metadata, shape)
        let steps = metadata.steps == nil ? try attribute("total_steps", of: "/") : metadata.steps
        if let steps, steps != shape.steps {
            throw refusal("total_steps", "\(steps) steps, as the metadata say", "\(shape.steps) in \(count) episodes")
        }
        return shape
    }

    /// Returns a note on objects at the root of a file other than its first `count` episodes.
    ///
    /// - Throws: `DatasetError` if one of them is an episode, so that a number is missing before it.
    private func others(_ links: Int, besides count: Int) throws(DatasetError) -> [String] {
        guard links > count else { return [] }
        // The number of names is bounded, as the library is slow with very many.
        let names = try wordingErrors { () throws(HDF5Error) in try file.names(in: "/", most: 10_000) }
        let episodes = Set((0..<count).map { "episode_\($0)" })
        let others = names.filter { !episodes.contains($0) }
        if let later = others.first(where: { $0.hasPrefix("episode_") && $0.dropFirst(8).allSatisfy(\.isNumber) }) {
            throw refusal("episode_\(count)", "the episodes before '\(later)'", "none of this number")
        }
        let first = others.first.map { "'\($0)'" } ?? "beyond the first 10000 names"
        let more = links - count == 1 ? "" : " and \(links - count - 1) more"
        return ["ignored objects that are not Minari episodes: \(first)\(more)"]
    }

    /// Refuses observations and actions whose sizes contradict the metadata.
    private func requireSpaces(_ metadata: MinariMetadata, _ shape: Shape) throws(DatasetError) {
        guard !shape.lengths.isEmpty else { return }
        if let size = metadata.observations?.size(of: shape.observationNames), size != shape.stateSize {
            throw refusal("observation_space", "observations of \(size), as the metadata say", "\(shape.stateSize)")
        }
        if let size = metadata.actions?.size(of: []), size != shape.actionSize {
            throw refusal("action_space", "actions of \(size), as the metadata say", "\(shape.actionSize)")
        }
    }

    /// Checks the shapes of one episode's arrays.
    private func append(_ number: Int, to shape: inout Shape) throws(DatasetError) {
        let group = "episode_\(number)/"
        func vector(_ name: String) throws(DatasetError) -> Int {
            shape.reading = max(shape.reading, try readingBytes(name))
            return try self.vector(name)
        }
        func columns(_ name: String, rows: Int, _ reason: String) throws(DatasetError) -> Int {
            shape.reading = max(shape.reading, try readingBytes(name))
            return try self.columns(name, rows: rows, reason)
        }
        let length = try vector(group + "rewards")
        for name in ["terminations", "truncations"] {
            let found = try vector(group + name)
            guard found == length else { throw refusal(group + name, "\(length) rows as in 'rewards'", "\(found)") }
        }
        if let steps = try attribute("total_steps", of: "episode_\(number)"), steps != length {
            throw refusal(group + "rewards", "\(steps) rows, as the attribute 'total_steps' says", "\(length)")
        }
        let actions = try columns(group + "actions", rows: length, "as in 'rewards'")
        var states = 0
        for name in fields(number, shape.observationNames) {
            states += try columns(name, rows: length + 1, "one more than in 'rewards'")
        }
        if number == 0 { (shape.stateSize, shape.actionSize) = (states, actions) }
        guard (states, actions) == (shape.stateSize, shape.actionSize) else {
            throw refusal(
                "episode_\(number)", "observations of \(shape.stateSize) and actions of \(shape.actionSize), as before",
                "\(states) and \(actions)")
        }
        shape.lengths.append(length)
    }

    /// Returns the names of the arrays under `observations` that make up an observation in D4RL's order: in a maze the
    /// ant's position, then its state; else `observation` if there is one; else all but the goal, in alphabetical order.
    private func observationNames() throws(DatasetError) -> [String] {
        let place = "episode_0/observations"
        guard try file.hasField(place), try wordingErrors({ () throws(HDF5Error) in try file.isGroup(place) }) else {
            return []
        }
        let names = try wordingErrors { () throws(HDF5Error) in try file.names(in: place) }
        // The parts of a tuple have such names, whose alphabetical order is another: `_index_10` is before `_index_2`.
        if let part = names.first(where: { $0.hasPrefix("_index_") }) {
            throw refusal(place, "an array, or arrays with names of their own", "a tuple, with '\(part)'")
        }
        if names.contains("observation"), names.contains("achieved_goal"), try width(place + "/observation") == 27,
            try width(place + "/achieved_goal") == 2
        {
            return ["achieved_goal", "observation"]
        }
        return names.contains("observation") ? ["observation"] : names.filter { $0 != "desired_goal" }
    }

    /// Returns the number of columns of an array; nil for a group.
    private func width(_ name: String) throws(DatasetError) -> Int? {
        try wordingErrors { () throws(HDF5Error) in
            try file.isGroup(name) ? nil : try file.describe(name).shape.dropFirst().reduce(1, *)
        }
    }

    func fields(_ episode: Int, _ names: [String]) -> [String] {
        let place = "episode_\(episode)/observations"
        return names.isEmpty ? [place] : names.map { place + "/" + $0 }
    }

    /// Returns the length of an array with one number per step: [T] or [T, 1].
    private func vector(_ name: String) throws(DatasetError) -> Int {
        let shape = try self.shape(of: name)
        guard let length = shape.first, shape.dropFirst().allSatisfy({ $0 == 1 }), shape.count <= 2 else {
            throw refusal(name, "one dimension", "the shape \(shape)")
        }
        return length
    }

    /// Returns the number of columns of an array [rows, columns]; one for [rows].
    private func columns(_ name: String, rows: Int, _ reason: String) throws(DatasetError) -> Int {
        let shape = try self.shape(of: name)
        guard let found = shape.first, shape.count <= 2, shape.last != 0 || found == 0 else {
            throw refusal(name, "two dimensions", "the shape \(shape)")
        }
        guard found == rows else { throw refusal(name, "\(rows) rows, \(reason)", "\(found)") }
        return shape.count == 1 ? 1 : shape[1]
    }

    /// Returns the memory in bytes that reading an array takes in addition to it.
    private func readingBytes(_ name: String) throws(DatasetError) -> Int {
        guard try file.hasField(name) else { throw refusal(name, "an array of this name", "none") }
        return try wordingErrors { () throws(HDF5Error) in try file.readingBytes(name) }
    }

    private func shape(of name: String) throws(DatasetError) -> [Int] {
        guard try file.hasField(name) else { throw refusal(name, "an array of this name", "none") }
        return try wordingErrors { () throws(HDF5Error) in try file.describe(name) }.shape
    }

    /// Reads an attribute that is a count; nil if there is none of this name.
    private func attribute(_ name: String, of object: String) throws(DatasetError) -> Int? {
        switch try wordingErrors({ () throws(HDF5Error) in try file.attribute(name, of: object) }) {
        case nil: return nil
        case .integer(let number)?: return number
        case .number(let number)? where Int(exactly: number) != nil: return Int(exactly: number)
        case let other?: throw refusal("\(object)@\(name)", "a whole number", "\(other)")
        }
    }
}

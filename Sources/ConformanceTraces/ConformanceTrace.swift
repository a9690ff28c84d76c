package import Algorithms
import Failures
import Foundation
import HDF5
import Numerics
import Storage
import Studies

/// A validated conformance trace: batches, noise and initial parameters recorded by another framework, so that no
/// random generator is involved. The format is described in Tests/Conformance/README.md.
package struct ConformanceTrace {
    /// The learner named by the `learner` attribute.
    package let learner: LearnerDefinition
    /// The preset with the `config` attribute's values applied.
    package let hyperparameters: Hyperparameters
    /// The horizon T of the cosine schedule.
    let horizon: Int
    /// The number of updates made before the trace begins.
    let updatesBefore: Int
    /// The number of batches T.
    let steps: Int
    /// The batch size B.
    let batch: Int
    /// The size of a state S.
    let states: Int
    /// The size of an action A.
    let actions: Int
    private let file: HDF5File

    /// Opens the trace at `path` and validates its attributes and the shapes of its batches.
    ///
    /// - Parameter learners: the learners that a trace may name.
    /// - Throws: `HarnessError.badInput` for an invalid file, an unknown learner, or an invalid configuration or shape.
    package init(_ path: String, learners: LearnerRegistry = .standard) throws {
        file = try rewordingHDF5Errors { try HDF5File(readingFrom: path) }
        let attributes = TraceAttributes(file: file)
        try attributes.requireKnown()
        learner = try attributes.learner(of: learners)
        (steps, batch, states, actions) = try ConformanceTrace.sizes(of: file)
        updatesBefore = try attributes.updatesBefore()
        let preset = learner.hyperparameters(for: try attributes.taskClass())
        let configuration = try TraceConfiguration(
            try attributes.text("config") ?? "{}", of: learner, preset: preset, batch: batch, actions: actions,
            path: path)
        (hyperparameters, horizon) = (configuration.hyperparameters, configuration.horizon)
        try requireNoAttributesOfObjects()
    }

    /// Returns T, B, S and A by the shapes of the batches.
    private static func sizes(of file: HDF5File) throws -> (steps: Int, batch: Int, states: Int, actions: Int) {
        let states = try shape(file, "batches/observations")
        guard states.count == 3, states.allSatisfy({ $0 > 0 }) else {
            throw refused(file, "batches/observations", "the shape [T, B, S]", "\(states)")
        }
        let actions = try shape(file, "batches/actions")
        guard actions.count == 3, actions[..<2] == states[..<2], actions[2] > 0 else {
            throw refused(file, "batches/actions", "the shape [\(states[0]), \(states[1]), A]", "\(actions)")
        }
        return (states[0], states[1], states[2], actions[2])
    }

    /// All batches of one array, [T, B, …].
    func batches(_ name: String, width: Int?) throws -> [Double] {
        try array("batches/\(name)", shape: [steps, batch] + (width.map { [$0] } ?? []))
    }

    /// The array `name`; its shape has to match, and its elements have to be finite as `Real` and within `range`.
    ///
    /// - Throws: `HarnessError.badInput`.
    func array(
        _ name: String, shape: [Int], within range: ClosedRange<Double> = -Double.infinity...Double.infinity
    ) throws -> [Double] {
        let found = try ConformanceTrace.shape(file, name)
        // A trained scalar may have the shape [] instead of [1].
        guard found == shape || (shape == [1] && found.isEmpty) else {
            throw refused(name, "the shape \(shape)", "\(found)")
        }
        let elements = try rewordingHDF5Errors { try file.float64(name).elements }
        if let index = elements.firstIndex(where: { !Real($0).isFinite }) {
            throw refused(name, "finite numbers", "\(elements[index]) at element \(index)")
        }
        if let index = elements.firstIndex(where: { !range.contains($0) }) {
            let (low, high) = (SettingValue.real(range.lowerBound), SettingValue.real(range.upperBound))
            throw refused(name, "numbers from \(low) to \(high)", "\(elements[index]) at element \(index)")
        }
        return elements
    }

    func contains(_ name: String) throws -> Bool { try rewordingHDF5Errors { try file.contains(name) } }

    /// The names in a group.
    func names(in group: String) throws -> [String] { try rewordingHDF5Errors { try file.names(in: group) } }

    /// Refuses attributes of groups and arrays: only the file itself may have any.
    private func requireNoAttributesOfObjects() throws {
        for name in try names(in: "/") { try requireNoAttributes(of: name) }
        for group in ["batches", "noise"] where try contains(group) {
            for name in try names(in: group) { try requireNoAttributes(of: "\(group)/\(name)") }
        }
    }

    /// Refuses attributes of one group or array.
    func requireNoAttributes(of name: String) throws {
        guard let attribute = try rewordingHDF5Errors({ try file.attributeNames(of: name) }).first else { return }
        throw refused(name, "no attributes", StudyNode.quoted(attribute))
    }

    /// The error for the object at `name`.
    func refused(_ name: String, _ expected: String, _ found: String) -> HarnessError {
        ConformanceTrace.refused(file, name, expected, found)
    }

    private static func refused(_ file: HDF5File, _ name: String, _ expected: String, _ found: String) -> HarnessError {
        .badInput("\(file.path): /\(name): expected \(expected), found \(found)")
    }

    private static func shape(_ file: HDF5File, _ name: String) throws -> [Int] {
        try rewordingHDF5Errors { try file.describe(name).shape }
    }
}

/// The `config` attribute: a JSON object with the learner's keys and `steps`, the planned number of steps.
private struct TraceConfiguration {
    var hyperparameters: Hyperparameters
    var horizon = 1_000_000

    init(
        _ json: String, of learner: LearnerDefinition, preset: Hyperparameters, batch: Int, actions: Int, path: String
    ) throws {
        func refused(_ key: String?, _ expected: String, _ found: String) -> HarnessError {
            let place = key.map { ", key '\($0)'" } ?? ""
            return .badInput("\(path): attribute 'config'\(place): expected \(expected), found \(found)")
        }
        let text = Data(json.drop(while: \.isWhitespace).utf8)
        guard isUTF8Object(text) else { throw refused(nil, "a JSON object of settings", StudyNode.quoted(json)) }
        let values: [String: JSONValue]
        do {
            values = try JSONDecoder().decode([String: JSONValue].self, from: text)
        } catch {
            throw refused(nil, "a JSON object of settings", StudyNode.quoted(json))
        }
        if let key = repeatedKey(in: text) { throw refused(key, "one value", "several") }
        hyperparameters = preset
        if values[SettingKey.batch.name] == nil { hyperparameters.set(.batch, to: batch, from: "the trace's batches") }
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            if key == "steps" {
                guard case .integer(let steps) = value.setting, steps > 0 else {
                    throw refused(key, "a whole number, 1 or more", value.setting.description)
                }
                horizon = steps
                continue
            }
            guard let setting = preset[key] else {
                throw refused(nil, StudyNode.hint(key, preset.settings.map(\.key)), "the key \(StudyNode.quoted(key))")
            }
            guard let accepted = setting.accepted(value.setting(for: setting)) else {
                throw refused(key, setting.expectation, value.setting.description)
            }
            hyperparameters.set(key, to: accepted, from: "the trace")
        }
        if let conflict = learner.conflict(hyperparameters, actions: actions) {
            throw refused(nil, conflict.expected, conflict.found)
        }
        guard hyperparameters.batchSize == batch else {
            throw refused("batch", "\(batch) as in /batches", "\(hyperparameters.batchSize)")
        }
    }
}

/// A value of a JSON configuration.
private struct JSONValue: Decodable {
    var setting: SettingValue

    init(from decoder: Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            setting = .flag(value)
        } else if let value = try? container.decode(Int.self) {
            setting = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            setting = .real(value)
        } else if let value = try? container.decode([Int].self) {
            setting = .integers(value)
        } else {
            setting = .word(try container.decode(String.self))
        }
    }

    /// Converts to a setting. JSON has no infinities: as numbers they are written "inf" and "-inf".
    func setting(for setting: Setting) -> SettingValue {
        guard case .real = setting.range, case .word(let word) = self.setting else { return self.setting }
        return Double(word.replacing(".inf", with: "inf")).map { .real($0) } ?? self.setting
    }
}

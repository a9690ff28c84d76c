package import Algorithms
import Failures
import Foundation
import HDF5
import Numerics
import Storage
import Studies
import Suites

/// A validated conformance trace: batches, noise and initial parameters recorded by another framework, so that no
/// random generator is involved. The format is described in Tests/Conformance/README.md.
package struct ConformanceTrace {
    /// The value of a trace's `format` attribute.
    static let format = "active-bench-trace/1"
    /// All attributes that a trace may have.
    private static let attributes = ["config", "dataset", "format", "learner", "step"]

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
        let file = try rewordingHDF5Errors { try HDF5File(readingFrom: path) }
        self.file = file
        func refused(_ place: String, _ expected: String, _ found: String) -> HarnessError {
            .badInput("\(path): \(place): expected \(expected), found \(found)")
        }
        let names = try rewordingHDF5Errors { try file.attributeNames() }
        func attribute(_ name: String) throws -> HDF5Value? {
            try rewordingHDF5Errors { try file.attribute(name) }
        }
        func text(_ name: String) throws -> String? {
            switch try attribute(name) {
            case .text(let text)?: return text
            case nil: return nil
            case let other?: throw refused("attribute '\(name)'", "text", "\(other)")
            }
        }
        guard try text("format") == ConformanceTrace.format else {
            throw refused(
                "attribute 'format'", "'\(ConformanceTrace.format)'",
                try text("format").map(StudyNode.quoted) ?? "no attribute")
        }
        if let other = names.first(where: { !ConformanceTrace.attributes.contains($0) }) {
            throw refused("attributes", StudyNode.hint(other, ConformanceTrace.attributes), "'\(other)'")
        }
        let name = try text("learner")
        guard let learner = name.flatMap({ learners[$0] }) else {
            throw refused(
                "attribute 'learner'", "one of \(learners.names.joined(separator: ", "))",
                name.map(StudyNode.quoted) ?? "no attribute")
        }
        self.learner = learner
        let shape = try ConformanceTrace.shape(file, "batches/observations")
        guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else {
            throw refused("/batches/observations", "the shape [T, B, S]", "\(shape)")
        }
        (steps, batch, states) = (shape[0], shape[1], shape[2])
        let actionShape = try ConformanceTrace.shape(file, "batches/actions")
        guard actionShape.count == 3, Array(actionShape[..<2]) == [steps, batch], actionShape[2] > 0 else {
            throw refused("/batches/actions", "the shape [\(steps), \(batch), A]", "\(actionShape)")
        }
        actions = actionShape[2]
        switch try attribute("step") {
        case nil: updatesBefore = 0
        case .integer(let step)? where (0...1_000_000_000).contains(step): updatesBefore = step
        case let other?: throw refused("attribute 'step'", "a whole number from 0 to 1000000000", "\(other)")
        }
        let dataset = try text("dataset") ?? ""
        guard dataset.isEmpty || StudyFile.isDataset(dataset) else {
            throw refused("attribute 'dataset'", StudyFile.datasetHint(dataset), StudyNode.quoted(dataset))
        }
        let preset = try learner.hyperparameters(
            for: dataset.isEmpty ? .unspecified : DatasetReference(published: dataset).taskClass)
        let configuration = try TraceConfiguration(
            try text("config") ?? "{}", of: learner, preset: preset, batch: batch, actions: actions, path: path)
        (hyperparameters, horizon) = (configuration.hyperparameters, configuration.horizon)
        for name in try self.names(in: "/") { try requireNoAttributes(of: name) }
        for group in ["batches", "noise"] where try contains(group) {
            for name in try self.names(in: group) { try requireNoAttributes(of: "\(group)/\(name)") }
        }
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

    /// Refuses attributes of a group or an array: only the file itself may have any.
    func requireNoAttributes(of name: String) throws {
        guard let attribute = try rewordingHDF5Errors({ try file.attributeNames(of: name) }).first else { return }
        throw refused(name, "no attributes", StudyNode.quoted(attribute))
    }

    /// The error for the object at `name`.
    func refused(_ name: String, _ expected: String, _ found: String) -> HarnessError {
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

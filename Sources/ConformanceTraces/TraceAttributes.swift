import Algorithms
import Failures
import HDF5
import Studies
import Suites

/// The attributes of a conformance trace's file. Every error is `HarnessError.badInput` and names the attribute.
struct TraceAttributes {
    /// The value of the `format` attribute.
    private static let format = "active-bench-trace/1"
    /// All attributes that a trace may have.
    private static let known = ["config", "dataset", "format", "learner", "step"]

    let file: HDF5File

    /// Refuses a file of another format, and unknown attributes.
    func requireKnown() throws {
        let names = try rewordingHDF5Errors { try file.attributeNames() }
        let format = try text("format")
        guard format == Self.format else {
            throw refused("attribute 'format'", "'\(Self.format)'", format.map(StudyNode.quoted) ?? "no attribute")
        }
        if let other = names.first(where: { !Self.known.contains($0) }) {
            throw refused("attributes", StudyNode.hint(other, Self.known), "'\(other)'")
        }
    }

    /// Returns the learner that the `learner` attribute names.
    func learner(of learners: LearnerRegistry) throws -> LearnerDefinition {
        let name = try text("learner")
        guard let learner = name.flatMap({ learners[$0] }) else {
            throw refused(
                "attribute 'learner'", "one of \(learners.names.joined(separator: ", "))",
                name.map(StudyNode.quoted) ?? "no attribute")
        }
        return learner
    }

    /// Returns the number of updates before the trace, the `step` attribute; 0 if it is missing.
    func updatesBefore() throws -> Int {
        switch try attribute("step") {
        case nil: return 0
        case .integer(let step)? where (0...1_000_000_000).contains(step): return step
        case let other?: throw refused("attribute 'step'", "a whole number from 0 to 1000000000", "\(other)")
        }
    }

    /// Returns the class of the task that the `dataset` attribute names; `unspecified` if it is missing or empty.
    func taskClass() throws -> TaskClass {
        guard let dataset = try text("dataset"), !dataset.isEmpty else { return .unspecified }
        guard StudyFile.isDataset(dataset) else {
            throw refused("attribute 'dataset'", StudyFile.datasetHint(dataset), StudyNode.quoted(dataset))
        }
        return try DatasetReference(published: dataset).taskClass
    }

    /// Returns an attribute that has to be text; nil if it is missing.
    func text(_ name: String) throws -> String? {
        switch try attribute(name) {
        case .text(let text)?: return text
        case nil: return nil
        case let other?: throw refused("attribute '\(name)'", "text", "\(other)")
        }
    }

    private func attribute(_ name: String) throws -> HDF5Value? {
        try rewordingHDF5Errors { try file.attribute(name) }
    }

    private func refused(_ place: String, _ expected: String, _ found: String) -> HarnessError {
        .badInput("\(file.path): \(place): expected \(expected), found \(found)")
    }
}

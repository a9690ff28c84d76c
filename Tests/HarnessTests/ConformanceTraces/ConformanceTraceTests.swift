import Algorithms
import ConformanceTraces
import Failures
import Foundation
import HDF5
import ScratchFiles
import Testing

/// A damaged trace is refused in one sentence that says where, what was expected and what was found.
@Suite struct ConformanceTraceTests {
    private let folder = TemporaryFolder()

    /// A change of one array or attribute of a good trace.
    struct Edit: Sendable, CustomTestStringConvertible {
        /// The fixture that is changed.
        var fixture = "iql"
        /// The array or, with a leading "@", the attribute; created if it does not exist.
        var place: String
        /// The change of the array; nil removes it.
        var array: (@Sendable (HDF5Array<Double>) -> HDF5Array<Double>?)?
        /// The new value of the attribute; nil removes it.
        var attribute: HDF5Value?
        /// A part of the error's sentence.
        var sentence: String

        var testDescription: String { sentence }

        static func array(
            _ place: String, of fixture: String = "iql", _ sentence: String,
            _ change: @escaping @Sendable (HDF5Array<Double>) -> HDF5Array<Double>?
        ) -> Edit {
            Edit(fixture: fixture, place: place, array: change, sentence: sentence)
        }

        static func attribute(_ name: String, _ value: HDF5Value?, _ sentence: String) -> Edit {
            Edit(place: "@\(name)", attribute: value, sentence: sentence)
        }
    }

    private static let learners = LearnerRegistry.standard.names.joined(separator: ", ")

    static let edits: [Edit] = [
        .array("initial/q.0/fc0/weight", "initial/q.0/fc0/weight") { _ in nil },
        .array("initial/q.0/fc0/weight", "/initial/q.0/fc0/weight: expected the shape [16, 7], found [7, 16]") {
            HDF5Array(shape: $0.shape.reversed(), elements: $0.elements)
        },
        .array("initial/v.0/out/bias", "/initial/v.0/out/bias: expected finite numbers, found nan at element 0") {
            HDF5Array(shape: $0.shape, elements: [.nan])
        },
        .array(
            "initial/v.9/out/bias", "/initial: expected only v.0, q.0, q.1, target_q.0, target_q.1, policy, found 'v.9'"
        ) {
            $0
        },
        .array("batches/rewards", "/batches/rewards: expected finite numbers, found inf at element 3") {
            HDF5Array(shape: $0.shape, elements: $0.elements.enumerated().map { $0 == 3 ? .infinity : $1 })
        },
        .array("batches/rewards", "batches/rewards") { _ in nil },
        .array("batches/terminals", "/batches/terminals: expected zeros and ones, found others") {
            HDF5Array(shape: $0.shape, elements: $0.elements.map { $0 / 2 })
        },
        .array("batches/terminals", "/batches/terminals: expected the shape [100, 16], found [1600]") {
            HDF5Array(shape: [1600], elements: $0.elements)
        },
        .array("batches/observations", "/batches/observations: expected the shape [T, B, S], found [8000]") {
            HDF5Array(shape: [8000], elements: $0.elements)
        },
        .array("batches/actions", "/batches/actions: expected the shape [100, 16, A], found [1600, 2]") {
            HDF5Array(shape: [1600, 2], elements: $0.elements)
        },
        .array("noise/policy", of: "active-i", "noise/policy") { _ in nil },
        .array("noise/policy_dropout/fc1", of: "bc-dropout", "/noise/policy_dropout/fc1: expected zeros and ones") {
            HDF5Array(shape: $0.shape, elements: $0.elements.map { $0 / 2 })
        },
        .array("initial/log_beta", of: "active-i", "initial/log_beta") { _ in nil },
        .array(
            "noise/cql_uniform", of: "cql",
            "/noise/cql_uniform: expected numbers from -1.0 to 1.0, found 3.0 at element 0"
        ) { HDF5Array(shape: $0.shape, elements: $0.elements.map { _ in 3 }) },
        .array(
            "adam/v.0/out/bias/v", of: "active-s-mid-training",
            "/adam/v.0/out/bias/v: expected numbers from 0.0 to .inf, found -1.0 at element 0"
        ) { HDF5Array(shape: $0.shape, elements: [-1]) },
        .array("noise/cql_next", of: "cql", "/noise/cql_next: expected the shape [100, 4, 16, 2], found [100, 64, 2]") {
            HDF5Array(shape: [100, 64, 2], elements: $0.elements)
        },
        .attribute(
            "learner", .text("Dreamer"), "attribute 'learner': expected one of \(learners), found 'Dreamer'"),
        .attribute(
            "learner", nil, "attribute 'learner': expected one of \(learners), found no attribute"),
        .attribute("format", nil, "attribute 'format': expected 'active-bench-trace/1', found no attribute"),
        .attribute(
            "config", .text("{\0}\0"), "attribute 'config': expected a JSON object of settings, found "),
        .attribute(
            "format", .text("active-bench-trace/2"), "expected 'active-bench-trace/1', found 'active-bench-trace/2'"),
        // Parts that the learner would ignore: a layer normalisation, a layer, a target's moments.
        .array("initial/v.0/fc0/norm/scale", "/initial/v.0/fc0: expected only weight, bias, found 'norm'") { $0 },
        .array("initial/q.1/fc2/weight", "/initial/q.1: expected only fc0, fc1, out, found 'fc2'") { $0 },
        .array(
            "adam/target_q.0/out/bias/m", of: "active-s-mid-training",
            "/adam: expected only v.0, v.1, v.2, q.0, q.1, policy, log_beta, found 'target_q.0'"
        ) { $0 },
        .attribute("step", .integer(-1), "attribute 'step': expected a whole number from 0 to 1000000000"),
        .attribute("step", .integer(.max), "attribute 'step': expected a whole number from 0 to 1000000000"),
        .attribute(
            "dataset", .text("hoper-medium-v2"),
            "attribute 'dataset': expected 'hopper-medium-v2', found 'hoper-medium-v2'"),
        .attribute("learner", .text("IQL\nSQL"), "found 'IQL·SQL'"),
        .attribute("config", .text("{\n"), "expected a JSON object of settings, found '{·'"),
        .attribute("config", .text("expectile: 0.7"), "attribute 'config': expected a JSON object of settings"),
        .attribute(
            "config", .text(#"{"expectil": 0.7}"#), "attribute 'config': expected 'expectile', found the key 'expectil'"
        ),
        .attribute(
            "config", .text(#"{"expectile": "high"}"#), "key 'expectile': expected a number from 0.5 to 1.0, found high"
        ),
        .attribute(
            "config", .text(#"{"expectile": 2}"#), "key 'expectile': expected a number from 0.5 to 1.0, found 2"),
        Edit(
            fixture: "cql", place: "@config", attribute: .text(#"{"penalty_minimum": 5, "penalty_maximum": -5}"#),
            sentence: "expected penalty_minimum no larger than penalty_maximum, found 5.0 and -5.0"),
        .attribute("config", .text(#"{"batch": 8}"#), "key 'batch': expected 16 as in /batches, found 8"),
        .attribute("config", .text(#"{"steps": 0}"#), "key 'steps': expected a whole number, 1 or more"),
        .attribute("config", .text("{}"), "expected the shape [256, 5], found [16, 5]"),
    ]

    @Test(arguments: edits)
    func isRefused(edit: Edit) throws {
        let trace = folder("trace.h5")
        try write(edit, to: trace)
        let error = #expect(throws: HarnessError.self) { try Conformance(trace) }
        #expect(error?.exitStatus == .badInput)
        let sentence = error.map { "\($0)" } ?? ""
        #expect(sentence.hasPrefix(trace) && sentence.contains(edit.sentence), "\(sentence)")
        #expect(!sentence.contains("\n"))
    }

    /// An unchanged copy runs, as the copied fixture does.
    @Test func theCopyItselfIsGood() throws {
        let trace = folder("trace.h5")
        try write(.array("batches/rewards", "") { $0 }, to: trace)
        try Conformance(trace).run(output: folder("out.h5"), every: 50)
        let output = try HDF5File(readingFrom: folder("out.h5"))
        #expect(try output.names(in: "steps") == ["100", "50"])
        #expect(try output.attribute("step", of: "steps/50") == .integer(50))
        #expect(try output.float64("steps/100/final/policy/log_std") == output.float64("final/policy/log_std"))
    }

    @Test func otherFilesAreRefused() throws {
        put("not HDF5".utf8, at: folder("text.h5"))
        for name in ["text.h5", "absent.h5"] {
            let error = #expect(throws: HarnessError.self) { try Conformance(folder(name)) }
            #expect(error?.exitStatus == .badInput)
        }
    }

    private func write(_ edit: Edit, to path: String) throws {
        let source = try HDF5File(
            readingFrom: ConformanceTests.fixtures.appendingPathComponent("\(edit.fixture).h5").path)
        try HDF5Writer.write(to: path) { writer in
            try copy("", source, edit, to: writer)
            if let array = edit.array, try !source.contains(edit.place),
                let made = array(HDF5Array(shape: [1], elements: [0]))
            {
                try writer.write(made.elements, shape: made.shape, to: edit.place)
            }
            for name in ["format", "learner", "config", "dataset", "step"] {
                let value = "@\(name)" == edit.place ? edit.attribute : try source.attribute(name)
                if let value { try writer.setAttribute(name, to: value) }
            }
        }
    }

    private func copy(_ group: String, _ source: HDF5File, _ edit: Edit, to writer: HDF5Writer) throws {
        for name in try source.names(in: group.isEmpty ? "/" : group) {
            let place = group.isEmpty ? name : "\(group)/\(name)"
            guard try !source.isGroup(place) else {
                try copy(place, source, edit, to: writer)
                continue
            }
            var array: HDF5Array<Double>? = try source.float64(place)
            if place == edit.place, let original = array, let change = edit.array { array = change(original) }
            if let array { try writer.write(array.elements, shape: array.shape, to: place) }
        }
    }
}

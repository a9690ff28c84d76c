package import Algorithms
import Datasets
import HDF5
import Networks
package import Numerics
import Studies

/// Runs a learner over a conformance trace and records its updates in the format of Tests/Conformance/README.md.
package struct Conformance {
    private let trace: ConformanceTrace
    private let learner: any Learner
    private let state: LearnerState
    private let batches: Batches

    private struct Batches {
        var observations: [Double]
        var actions: [Double]
        var rewards: [Double]
        var nextObservations: [Double]
        var terminals: [Double]
    }

    /// Makes a learner with the trace's initial parameters.
    ///
    /// - Parameters:
    ///   - precision: replaces the trace's own.
    ///   - learners: the learners that a trace may name.
    /// - Throws: `HarnessError.badInput` for an invalid trace at `path`; `unavailable` for a precision that this
    ///   machine does not support.
    package init(_ path: String, precision: Precision? = nil, learners: LearnerRegistry = .standard) throws {
        trace = try ConformanceTrace(path, learners: learners)
        batches = Batches(
            observations: try trace.batches("observations", width: trace.states),
            actions: try trace.batches("actions", width: trace.actions),
            rewards: try trace.batches("rewards", width: nil),
            nextObservations: try trace.batches("next_observations", width: trace.states),
            terminals: try trace.batches("terminals", width: nil))
        guard batches.terminals.allSatisfy({ $0 == 0 || $0 == 1 }) else {
            throw trace.refused("batches/terminals", "zeros and ones", "others")
        }
        var hyperparameters = trace.hyperparameters
        if let precision { hyperparameters.set(.precision, to: precision, from: "command line") }
        try hyperparameters.precision.requireAvailable()
        learner = trace.learner.make(
            hyperparameters,
            problem: Problem(
                states: trace.states, actions: trace.actions, horizon: trace.horizon, stream: RandomStream("trace"),
                team: Solo(), noise: try ConformanceNoise(trace)))
        state = LearnerState(learner)
        try state.load(trace)
    }

    /// Makes all updates of the trace.
    ///
    /// - Parameters:
    ///   - output: the path of the HDF5 file, which appears only when it is complete.
    ///   - interval: also writes the state after every `interval` updates; nil for the last one only.
    /// - Throws: `HDF5Error` if the file cannot be written.
    package func run(output: String, every interval: Int? = nil) throws {
        let batch = Batch(size: trace.batch, stateSize: trace.states, actionSize: trace.actions)
        var columns: [String: [Double]] = [:]
        try HDF5Writer.write(to: output) { writer in
            for t in 0..<trace.steps {
                fill(batch, t)
                learner.update(batch)
                for diagnostic in learner.diagnostics() {
                    columns[diagnostic.name, default: []].append(diagnostic.value)
                }
                if let interval, (t + 1) % interval == 0 {
                    try state.write(to: writer, under: "steps/\(t + 1)/")
                    try writer.setAttribute(
                        "step", of: "steps/\(t + 1)", to: .integer(trace.updatesBefore + t + 1))
                }
            }
            try state.write(to: writer, under: "")
            for (name, values) in columns.sorted(by: { $0.key < $1.key }) {
                let place = name.hasSuffix("_loss") ? "losses/\(name.dropLast("_loss".count))" : "metrics/\(name)"
                try writer.write(values, shape: [values.count], to: place)
            }
            try writer.setAttribute("format", to: .text("active-bench-trace-output/1"))
            try writer.setAttribute("learner", to: .text(trace.learner.name))
            try writer.setAttribute("real", to: .text("float\(8 * MemoryLayout<Real>.size)"))
            try writer.setAttribute("step", to: .integer(trace.updatesBefore + trace.steps))
        }
    }

    private func fill(_ batch: Batch, _ t: Int) {
        func copy(_ source: [Double], width: Int, to rows: MatrixView) {
            for b in 0..<trace.batch {
                for j in 0..<width { rows.row(b)[j] = Real(source[(t * trace.batch + b) * width + j]) }
            }
        }
        copy(batches.observations, width: trace.states, to: batch.states)
        copy(batches.actions, width: trace.actions, to: batch.actions)
        copy(batches.nextObservations, width: trace.states, to: batch.nextStates.view)
        for b in 0..<trace.batch {
            batch.rewards[b] = Real(batches.rewards[t * trace.batch + b])
            batch.continuations[b] = Real(1 - batches.terminals[t * trace.batch + b])
        }
    }
}

/// The parameters and moments of a learner under the names of the exchange format.
struct LearnerState {
    private let learner: any Learner
    private let networks: [NamedNetwork]
    private let scalars: [NamedScalar]

    init(_ learner: any Learner) {
        self.learner = learner
        networks = learner.networks
        scalars = learner.scalars
    }

    /// Loads the trace's `/initial` and, if present, `/adam`.
    func load(_ trace: ConformanceTrace) throws {
        try requireKnownNames(trace)
        for network in networks { try load(network.parameters, trace) { "initial/\(network.name)/\($0)" } }
        for scalar in scalars { scalar.adam.value = try trace.array("initial/\(scalar.name)", shape: [1])[0] }
        if try trace.contains("adam") {
            for network in networks {
                guard let adam = network.optimiser else { continue }
                try load(adam.firstMoment, trace) { "adam/\(network.name)/\($0)/m" }
                try load(adam.secondMoment, trace, within: 0...Double.infinity) { "adam/\(network.name)/\($0)/v" }
            }
            for scalar in scalars {
                scalar.adam.firstMoment = try trace.array("adam/\(scalar.name)/m", shape: [1])[0]
                scalar.adam.secondMoment = try trace.array(
                    "adam/\(scalar.name)/v", shape: [1], within: 0...Double.infinity)[0]
            }
        }
        learner.resume(after: trace.updatesBefore)
    }

    /// Refuses names that the learner would ignore (an additional layer, a normalisation), because they indicate
    /// another configuration.
    private func requireKnownNames(_ trace: ConformanceTrace) throws {
        func paths(_ networks: [NamedNetwork]) -> [String] {
            networks.flatMap { network in network.parameters.tensors.map { "\(network.name)/\($0.name)" } }
                + scalars.map(\.name)
        }
        try require(trace, "initial", only: paths(networks))
        guard try trace.contains("adam") else { return }
        let trained = paths(networks.filter { $0.optimiser != nil })
        try require(trace, "adam", only: trained.flatMap { ["\($0)/m", "\($0)/v"] })
    }

    /// Refuses a name below `group` that is not in `paths`.
    private func require(_ trace: ConformanceTrace, _ group: String, only paths: [String]) throws {
        var known: [String] = []
        var below: [String: [String]] = [:]
        for path in paths {
            let parts = path.split(separator: "/", maxSplits: 1).map { String($0) }
            if known.last != parts[0] { known.append(parts[0]) }
            if parts.count > 1 { below[parts[0], default: []].append(parts[1]) }
        }
        for name in try trace.names(in: group) {
            guard known.contains(name) else {
                throw trace.refused(group, "only \(known.joined(separator: ", "))", StudyNode.quoted(name))
            }
            try trace.requireNoAttributes(of: "\(group)/\(name)")
            if let inner = below[name] { try require(trace, "\(group)/\(name)", only: inner) }
        }
    }

    private func load(
        _ block: ParameterBlock, _ trace: ConformanceTrace,
        within range: ClosedRange<Double> = -Double.infinity...Double.infinity, path: (String) -> String
    ) throws {
        for tensor in block.tensors {
            let elements = try trace.array(path(tensor.name), shape: fileShape(tensor), within: range)
            block.mutate { values in forEachElement(of: tensor) { values[tensor.offset + $0] = Real(elements[$1]) } }
        }
    }

    /// Writes `final/…` and `adam/…` below `prefix`.
    func write(to writer: HDF5Writer, under prefix: String) throws {
        for network in networks {
            try write(network.parameters, to: writer) { "\(prefix)final/\(network.name)/\($0)" }
            guard let adam = network.optimiser else { continue }
            try write(adam.firstMoment, to: writer) { "\(prefix)adam/\(network.name)/\($0)/m" }
            try write(adam.secondMoment, to: writer) { "\(prefix)adam/\(network.name)/\($0)/v" }
        }
        for scalar in scalars {
            try writer.write([scalar.adam.value], shape: [1], to: "\(prefix)final/\(scalar.name)")
            try writer.write([scalar.adam.firstMoment], shape: [1], to: "\(prefix)adam/\(scalar.name)/m")
            try writer.write([scalar.adam.secondMoment], shape: [1], to: "\(prefix)adam/\(scalar.name)/v")
        }
    }

    private func write(_ block: ParameterBlock, to writer: HDF5Writer, path: (String) -> String) throws {
        for tensor in block.tensors {
            var elements = [Real](repeating: 0, count: tensor.count)
            let values = block.elements
            forEachElement(of: tensor) { elements[$1] = values[tensor.offset + $0] }
            try writer.write(elements, shape: fileShape(tensor), to: path(tensor.name))
        }
    }

    /// A weight is [inputs × outputs] in memory and [outputs, inputs] in the file.
    private func fileShape(_ tensor: TensorLayout) -> [Int] { tensor.shape.reversed() }

    /// Calls `body` with the index of every element in memory and in the file.
    private func forEachElement(of tensor: TensorLayout, _ body: (Int, Int) -> Void) {
        guard tensor.shape.count == 2 else { return (0..<tensor.count).forEach { body($0, $0) } }
        let (inputs, outputs) = (tensor.shape[0], tensor.shape[1])
        for i in 0..<inputs { for o in 0..<outputs { body(i * outputs + o, o * inputs + i) } }
    }
}

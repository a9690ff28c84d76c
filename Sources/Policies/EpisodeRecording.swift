import Datasets
package import Environments
import HDF5
package import Networks

/// Appends transitions of rollouts to a recording.
extension D4RLRecording {
    /// An empty recording of an environment.
    package init(_ specification: EnvironmentSpecification) {
        self.init(
            stateSize: specification.observationSize, actionSize: specification.actionSize,
            positionSize: specification.positionCount, velocitySize: specification.velocityCount)
    }

    /// Appends a step.
    package mutating func append(_ transition: Rollout.Transition) {
        observations.append(transition.observation, count: stateSize)
        actions.append(transition.action, count: actionSize)
        rewards.append(Float(transition.result.reward))
        nextObservations.append(transition.nextObservation, count: stateSize)
        terminals.append(transition.result.terminal)
        timeouts.append(transition.result.timeout)
        positions.append(transition.positions, count: positionSize)
        velocities.append(transition.velocities, count: velocitySize)
        actionLogProbabilities.append(Float(transition.logLikelihood))
    }

    /// Appends the goal of an episode for each of its steps, which have been appended before.
    package mutating func appendGoal(_ outcome: EpisodeOutcome) {
        guard !outcome.goal.isEmpty else { return }
        let goal = outcome.goal.map { Float($0) }
        while goals.count < count * goal.count { goals += goal }
    }

    /// Marks the last row as the end of an episode: the simulation stopped there, so the next row is not its next
    /// state.
    package mutating func closeEpisode() {
        if let last = terminals.indices.last { terminals[last] = true }
    }

    /// Adds the policy's weights to the metadata, as D4RL does for its behaviour policies.
    package mutating func describe(_ policy: PolicySnapshot) {
        metadata["policy/nonlinearity"] = .text(policy.activation.rawValue)
        metadata["policy/output_distribution"] = .text(policy.head.rawValue)
        for tensor in policy.tensors {
            metadata["policy/\(tensor.name.replacing(".", with: "/"))"] = .array(
                .init(shape: tensor.shape, elements: tensor.values))
        }
    }
}

extension [Float] {
    /// Appends `count` numbers, each rounded to single precision.
    fileprivate mutating func append<Number: BinaryFloatingPoint>(_ start: UnsafePointer<Number>, count: Int) {
        for i in 0..<count { append(Float(start[i])) }
    }
}

/// Serialises recordings for messages between ranks.
extension D4RLRecording {
    /// The rows without metadata: their number, then field after field, in this machine's byte order.
    package var rowBytes: [UInt8] {
        var bytes = withUnsafeBytes(of: count) { Array($0) }
        for field in [
            observations, actions, rewards, nextObservations, positions, velocities, actionLogProbabilities, goals,
        ] {
            field.withUnsafeBytes { bytes += $0 }
        }
        return bytes + (terminals + timeouts).map { $0 ? 1 : 0 }
    }

    /// Appends the rows of another recording of the same environment.
    package mutating func append(rowBytes bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        var rest = bytes[...]
        func take(_ size: Int) -> ArraySlice<UInt8> {
            defer { rest = rest.dropFirst(size) }
            return rest.prefix(size)
        }
        func floats(_ columns: Int, _ rows: Int) -> [Float] {
            take(4 * columns * rows).withUnsafeBytes { bytes in
                (0..<columns * rows).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
            }
        }
        let rows = take(8).withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
        observations += floats(stateSize, rows)
        actions += floats(actionSize, rows)
        rewards += floats(1, rows)
        nextObservations += floats(stateSize, rows)
        positions += floats(positionSize, rows)
        velocities += floats(velocitySize, rows)
        actionLogProbabilities += floats(1, rows)
        goals += floats((rest.count - 2 * rows) / 4 / max(1, rows), rows)  // everything before the flags
        terminals += take(rows).map { $0 != 0 }
        timeouts += take(rows).map { $0 != 0 }
    }
}

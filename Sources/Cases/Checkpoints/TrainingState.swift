import Algorithms
import MPI
import Networks
import Numerics
import Teams

/// The complete state of a learner's training, gathered from the ranks that own its parts, or restored on them.
///
/// Names are global, so that a team of any size can restore the state of any other: `v.0/parameters`, `v.0/adam.m`,
/// `v.0/adam.v`, `log_beta/value`, `memory/lambda`.
struct TrainingState {
    let learner: any Learner
    let placement: Placement
    let team: Team

    /// What the names of `Learner.resumableScalars` begin with in a checkpoint.
    private static let resumable = "memory/"

    /// Gathers the whole state on the leader; nil on other ranks. Collective over the team.
    func gather() throws -> (tensors: [CheckpointTensor], scalars: [String: Double])? {
        var tensors: [CheckpointTensor] = []
        for network in learner.networks {
            let owner = placement.owner(network.group, network.index)
            for (name, block) in TrainingState.blocks(of: network) {
                if let communicator = team.communicator, owner != 0 {
                    let bytes = block.count * MemoryLayout<Real>.stride
                    if team.rank == owner {
                        try withExtendedLifetime(block) {
                            try communicator.send(block.values, count: bytes, to: 0, tag: MessageTag.state)
                        }
                    } else if team.isLeader {
                        try block.mutate {
                            try communicator.receive(into: $0, count: bytes, from: owner, tag: MessageTag.state)
                        }
                    }
                }
                guard team.isLeader else { continue }
                tensors.append(CheckpointTensor(name: name, values: block.elements))
            }
        }
        let scalars = try gatherScalars()
        return team.isLeader ? (tensors, scalars) : nil
    }

    /// Restores the whole state from a checkpoint on every rank.
    ///
    /// - Throws: `HarnessError.badInput` if a part is missing.
    func restore(_ checkpoint: Checkpoint) throws {
        for network in learner.networks {
            for (name, block) in TrainingState.blocks(of: network) {
                let values = try checkpoint.tensor(name, count: block.count)
                values.withUnsafeBufferPointer { source in
                    if let base = source.baseAddress { block.mutate { $0.update(from: base, count: block.count) } }
                }
            }
        }
        for scalar in learner.scalars {
            scalar.adam.value = try checkpoint.scalar("\(scalar.name)/value")
            scalar.adam.firstMoment = try checkpoint.scalar("\(scalar.name)/adam.m")
            scalar.adam.secondMoment = try checkpoint.scalar("\(scalar.name)/adam.v")
        }
        learner.resume(after: checkpoint.step)
        let resumable = checkpoint.scalars.compactMap { name, value in
            name.hasPrefix(Self.resumable) ? (String(name.dropFirst(Self.resumable.count)), value) : nil
        }
        learner.resumableScalars = Dictionary(uniqueKeysWithValues: resumable)
    }

    /// The scalars that this rank owns; on the leader, those of all ranks.
    private func gatherScalars() throws -> [String: Double] {
        var own: [String: UInt64] = [:]
        for scalar in learner.scalars where placement.owner(scalar.group, 0) == team.rank {
            own["\(scalar.name)/value"] = scalar.adam.value.bitPattern
            own["\(scalar.name)/adam.m"] = scalar.adam.firstMoment.bitPattern
            own["\(scalar.name)/adam.v"] = scalar.adam.secondMoment.bitPattern
        }
        if placement.owner(.policy, 0) == team.rank {
            for (name, value) in learner.resumableScalars { own[Self.resumable + name] = value.bitPattern }
        }
        return try team.gather(values: [own]).reduce(into: [:]) { all, scalars in
            for (name, bits) in scalars { all[name] = Double(bitPattern: bits) }
        }
    }

    private static func blocks(of network: NamedNetwork) -> [(name: String, block: ParameterBlock)] {
        var blocks = [("\(network.name)/parameters", network.parameters)]
        if let optimiser = network.optimiser {
            blocks.append(("\(network.name)/adam.m", optimiser.firstMoment))
            blocks.append(("\(network.name)/adam.v", optimiser.secondMoment))
        }
        return blocks
    }
}

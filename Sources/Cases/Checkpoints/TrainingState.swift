import Algorithms
import MPI
import Networks
import Numerics
import Teams

/// The complete state of a learner's training, gathered from the ranks that own its parts, or restored on them.
///
/// Names are global (`Learner.checkpointTensors`), so that a team of any size can restore the state of any other.
struct TrainingState {
    let learner: any Learner
    let placement: Placement
    let team: Team

    /// Gathers the whole state on the leader; nil on other ranks. Collective over the team.
    func gather() throws -> (tensors: [CheckpointTensor], scalars: [String: Double])? {
        var tensors: [CheckpointTensor] = []
        for network in learner.networks {
            let owner = placement.owner(network.group, network.index)
            for (name, block) in network.checkpointBlocks {
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
    func restore(_ checkpoint: Checkpoint) throws { try learner.restore(checkpoint, updates: checkpoint.step) }

    /// The scalars that this rank owns; on the leader, those of all ranks.
    private func gatherScalars() throws -> [String: Double] {
        let own = learner.checkpointScalars { placement.owner($0, 0) == team.rank }.mapValues(\.bitPattern)
        return try team.gather(values: [own]).reduce(into: [:]) { all, scalars in
            for (name, bits) in scalars { all[name] = Double(bitPattern: bits) }
        }
    }
}

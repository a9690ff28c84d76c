package import Algorithms
package import Networks
import Numerics

/// The state of a learner's training by the names that it has in a checkpoint: `v.0/parameters`, `v.0/adam.m`,
/// `v.0/adam.v`, `log_beta/value`, `memory/lambda`.
extension Learner {
    /// All networks with their optimisers, as they are on this rank.
    package var checkpointTensors: [CheckpointTensor] {
        networks.flatMap { network in
            network.checkpointBlocks.map { CheckpointTensor(name: $0.name, values: $0.block.elements) }
        }
    }

    /// The trained scalars with their optimisers, and the resumable ones, as they are on this rank.
    ///
    /// - `isOwned`: whether this rank has the current values of a group; the policy's are the resumable ones, too.
    package func checkpointScalars(ifOwned isOwned: (NetworkGroup) -> Bool = { _ in true }) -> [String: Double] {
        var own: [String: Double] = [:]
        for scalar in scalars where isOwned(scalar.group) {
            own["\(scalar.name)/value"] = scalar.adam.value
            own["\(scalar.name)/adam.m"] = scalar.adam.firstMoment
            own["\(scalar.name)/adam.v"] = scalar.adam.secondMoment
        }
        if isOwned(.policy) {
            for (name, value) in resumableScalars { own[resumablePrefix + name] = value }
        }
        return own
    }

    /// Restores the state after `updates` updates from a checkpoint.
    ///
    /// - Throws: `HarnessError.badInput` if a part is missing.
    package func restore(_ checkpoint: Checkpoint, updates: Int) throws {
        for network in networks {
            for (name, block) in network.checkpointBlocks {
                let values = try checkpoint.tensor(name, count: block.count)
                values.withUnsafeBufferPointer { source in
                    if let base = source.baseAddress { block.mutate { $0.update(from: base, count: block.count) } }
                }
            }
        }
        for scalar in scalars {
            scalar.adam.value = try checkpoint.scalar("\(scalar.name)/value")
            scalar.adam.firstMoment = try checkpoint.scalar("\(scalar.name)/adam.m")
            scalar.adam.secondMoment = try checkpoint.scalar("\(scalar.name)/adam.v")
        }
        resume(after: updates)
        let resumable = checkpoint.scalars.compactMap { name, value in
            name.hasPrefix(resumablePrefix) ? (String(name.dropFirst(resumablePrefix.count)), value) : nil
        }
        resumableScalars = Dictionary(uniqueKeysWithValues: resumable)
    }
}

/// What the names of `Learner.resumableScalars` begin with in a checkpoint.
private let resumablePrefix = "memory/"

extension NamedNetwork {
    /// The network's parameters and its optimiser's moments, by their names in a checkpoint.
    var checkpointBlocks: [(name: String, block: ParameterBlock)] {
        var blocks = [("\(name)/parameters", parameters)]
        if let optimiser {
            blocks.append(("\(name)/adam.m", optimiser.firstMoment))
            blocks.append(("\(name)/adam.v", optimiser.secondMoment))
        }
        return blocks
    }
}

import Foundation
package import Networks
import Numerics

extension Placement {
    /// Places networks on the ranks of a team by measured costs, decided by the leader. No result depends on it.
    /// Collective.
    package init(_ networks: [NetworkWork], measuredOn team: Team, batch: Int) throws {
        guard team.size > 1 else {
            self = .alone(networks)
            return
        }
        let own = team.isLeader ? NetworkStepCost.seconds(networks, batch: batch) : []
        let measured = try team.broadcast(own + [Double](repeating: 0, count: networks.count - own.count), from: 0)
        self.init(networks, costs: measured, ranks: team.size)
    }
}

/// The measured time of a gradient step's work on each network, by which networks are placed on ranks.
package enum NetworkStepCost {
    /// Seconds per step for each of `networks` on batches of `batch`; networks of equal shape and use are measured
    /// once.
    package static func seconds(_ networks: [NetworkWork], batch: Int) -> [Double] {
        var known: [String: Double] = [:]
        return networks.map { work in
            let kind =
                "\(work.inputs) \(work.hidden) \(work.outputs) \(work.layerNorm) \(work.precision) \(work.forwards) "
                + "\(work.trainings) \(work.actionGradients) \(work.sampledActions)"
            let time = known[kind] ?? measure(work, batch: batch)
            known[kind] = time
            return time
        }
    }

    /// Sums over the kinds of pass: the fastest of three runs times the number of passes in a step.
    private static func measure(_ work: NetworkWork, batch: Int) -> Double {
        let shape = MLP.Shape(
            inputs: work.inputs, hidden: work.hidden, outputs: work.outputs, layerNorm: work.layerNorm,
            precision: work.precision)
        let (network, tape) = (MLP(shape), Tape(shape, batch: batch))
        Initialiser.orthogonal.fill(network, stream: RandomStream("timing"))
        let optimiser = Adam(network)
        let (input, outputGradient) = (Matrix(batch, work.inputs), Matrix(batch, work.outputs))
        defer { withExtendedLifetime((input, outputGradient)) {} }  // Below only views of them are used.
        RandomStream("timing").normals(step: 0, into: input.pointer, count: input.count)
        func fastest(_ body: () -> Void) -> Double { (0..<3).map { _ in Numerics.seconds(body) }.min() ?? 0 }
        let forward = { network.forward(input.view, tape) }
        var time = work.forwards * fastest(forward)
        time +=
            work.trainings
            * fastest {
                forward()
                network.backward(input.view, tape, outputGradient: outputGradient.view)
                optimiser.step(rate: 0)
            }
        guard work.actions > 0 else { return time }
        let gradient = Matrix(batch, work.actions)
        defer { withExtendedLifetime(gradient) {} }
        time +=
            work.actionGradients
            * fastest {
                forward()
                network.backwardToInput(
                    tape, outputGradient: outputGradient.view, inputs: work.inputs - work.actions..<work.inputs,
                    into: gradient.view)
            }
        guard work.sampledActions > 0 else { return time }
        let samples = ActionSamples(shape, actions: work.actions, batch: batch, samples: work.sampledActions)
        let actions = Matrix(work.sampledActions * batch, work.actions)
        defer { withExtendedLifetime(actions) {} }
        let states = input.view.columns(0..<work.inputs - work.actions)
        return time
            + fastest {
                samples.forward(network, states: states, actions: actions.view)
                samples.addGradient(network, states: states, actions: actions.view, valueGradient: samples.values)
            }
    }
}

import Foundation
import Numerics

extension Transitions {
    /// Makes synthetic transitions of given sizes, always the same: standard normal states and rewards, uniform actions. For
    /// measuring the time of a step.
    package convenience init(syntheticOf count: Int, states: Int, actions: Int) {
        self.init(count: count, stateSize: states, actionSize: actions, origin: "benchmark")
        let stream = RandomStream("benchmark/data")
        for (i, column) in [observations, nextObservations, rewards].enumerated() {
            stream.normals(step: i, into: column.pointer, count: column.count)
        }
        let drawn = self.actions
        for i in 0..<drawn.count { drawn.pointer[i] = Real(2 * stream.uniform(step: 3, index: i) - 1) }
    }
}

import Numerics

/// The smallest and largest undiscounted return of a table's trajectories.
///
/// Trajectories as in the official IQL code (ikostrikov/implicit_q_learning@1dd5e3e, `train_offline.py` and
/// `dataset_utils.py`): a cut after row i where d = 1 or where the next row does not continue it,
/// ‖s_{i+1} − s'_i‖ > 1e-6; the last, possibly truncated, piece counts. Summed in order, in double precision.
package struct ReturnRange: Codable, Equatable, Sendable {
    /// R_min, the smallest return.
    package let minimum: Double
    /// R_max, the largest return.
    package let maximum: Double
    /// The number of trajectories.
    package let trajectories: Int

    package init(minimum: Double, maximum: Double, trajectories: Int) {
        self.minimum = minimum
        self.maximum = maximum
        self.trajectories = trajectories
    }

    /// Computes the range over the trajectories of `transitions`, whose rows must be in the order of recording.
    package init(of transitions: Transitions) {
        let returns = transitions.returns
        minimum = returns.min() ?? .infinity
        maximum = returns.max() ?? -.infinity
        trajectories = returns.count
    }
}

extension Transitions {
    /// The undiscounted returns of the trajectories, in order, by the rule of `ReturnRange`.
    package var returns: [Double] {
        var returns: [Double] = []
        var sum = 0.0
        for i in 0..<count {
            sum += Double(rows.rewards[i])
            guard endsTrajectory(i) else { continue }
            returns.append(sum)
            sum = 0
        }
        return returns
    }

    /// Returns whether a trajectory ends with row `i`, by the rule of `ReturnRange`.
    func endsTrajectory(_ i: Int) -> Bool {
        let next = rows.nextObservations + i * stateSize
        return i + 1 == count || rows.terminals[i] == 1
            || !isSame(next, rows.observations + (i + 1) * stateSize, stateSize)
    }

    /// Returns the largest |Σₖ γᵏ r_{i+k}| over all rows i, each summed to the end of the row's trajectory.
    package func largestDiscountedReturn(discount: Double) -> Double {
        var (sum, largest) = (0.0, 0.0)
        for i in stride(from: count - 1, through: 0, by: -1) {
            sum = Double(rows.rewards[i]) + (endsTrajectory(i) ? 0 : discount * sum)
            largest = max(largest, abs(sum))
        }
        return largest
    }

    /// The largest |r|.
    package var largestReward: Double {
        var largest = 0.0
        for i in 0..<count { largest = max(largest, Double(abs(rows.rewards[i]))) }
        return largest
    }
}

/// Returns whether two states are at most 1e-6 apart (Euclidean norm).
private func isSame(_ a: UnsafePointer<Real>, _ b: UnsafePointer<Real>, _ size: Int) -> Bool {
    var square = 0.0
    for j in 0..<size {
        let difference = Double(a[j]) - Double(b[j])
        square += difference * difference
    }
    return square <= 1e-12
}

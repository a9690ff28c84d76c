/// Remarks on a dataset, one sentence each: it can be trained on, but its numbers may mislead.
package enum DatasetRemarks {
    /// The largest magnitude whose square is finite in single precision, 1.8e19.
    private static let largestSquareRoot = Float.greatestFiniteMagnitude.squareRoot()
    /// The relative difference up to which two numbers are equal up to rounding.
    private static let roundedPart = 1e-6

    /// Returns the remarks on a file, its own notes first, and on the transitions made of it, in a fixed order.
    ///
    /// - `maximumSteps`: the time limit by which the transitions were cut if the file does not say where it ended
    ///   an episode; nil if none was known.
    package static func of(_ file: any StoredSteps, _ transitions: Transitions, maximumSteps: Int?) -> [String] {
        let found = [
            unread(file), unmarked(file, maximumSteps), constantObservations(file.observations, file.stateSize),
            constantReward(file.rewards),
            roundedReturns(ReturnRange(of: transitions), of: file.rewards),
            large("observations", file.observations, columns: file.stateSize),
            large("rewards", file.rewards, columns: 1), extremeActions(file.actions),
        ]
        return file.notes.map { printable($0) } + found.compactMap { $0 }
    }

    /// Returns the remark on a table with fewer transitions than a batch has rows; nil for a larger table.
    package static func smallerThanBatch(_ transitions: Int, batch: Int) -> String? {
        guard transitions < batch else { return nil }
        let (few, which) = transitions == 1 ? ("transition is", "it") : ("transitions are", "some of them")
        return
            "\(transitions) \(few) fewer than a batch of \(batch) (setting 'batch'), so a batch contains \(which) more "
            + "than once"
    }

    /// The remark on a non-finite value in a field that no learner uses.
    private static func unread(_ file: any StoredSteps) -> String? {
        guard let next = file.nextObservations, let i = next.firstIndex(where: { !$0.isFinite }) else { return nil }
        return "field 'next_observations', which training does not use, holds \(next[i]) in row \(i / file.stateSize)"
    }

    /// The remark on episodes whose ends are not marked, so that transitions lead from one into the next.
    private static func unmarked(_ file: any StoredSteps, _ maximumSteps: Int?) -> String? {
        guard file.episodeLengths == nil else { return nil }
        guard let timeouts = file.timeLimitEnds else {
            return maximumSteps == nil
                ? "there is no field 'timeouts', and no environment whose time limit could take its place: transitions "
                    + "are counted as if only 'terminals' ended episodes" : nil
        }
        guard file.environmentEnds.isZero, timeouts.isZero else { return nil }
        return "no row ends an episode ('terminals' and 'timeouts' are 0 throughout): if there are several, each leads "
            + "into the next"
    }

    /// The remark on elements of an observation that are constant over all rows, up to rounding.
    private static func constantObservations(_ values: [Float], _ size: Int) -> String? {
        var (low, high) = (Array(values.prefix(size)), Array(values.prefix(size)))
        var constant = Array(low.indices)
        // An element that has left these bounds stays outside: the magnitude of its values grows no faster than their range.
        for row in 1..<max(1, values.count / max(1, size)) where !constant.isEmpty {
            constant.removeAll { j in
                let value = values[row * size + j]
                guard value < low[j] || value > high[j] else { return false }
                (low[j], high[j]) = (min(low[j], value), max(high[j], value))
                return !isRounding(low[j], high[j])
            }
        }
        guard !constant.isEmpty else { return nil }
        let isExact = constant.allSatisfy { low[$0] == high[$0] }
        return "\(ranges(constant)) of an observation's \(size) elements (counted from 0) never change"
            + (isExact ? "" : ", rounding aside")
    }

    private static func isRounding(_ low: Float, _ high: Float) -> Bool {
        Double(high) - Double(low) <= roundedPart * Double(max(abs(low), abs(high)))
    }

    private static func constantReward(_ rewards: [Float]) -> String? {
        guard let first = rewards.first, rewards.allSatisfy({ $0 == first }) else { return nil }
        return "every reward is \(first)"
    }

    /// The remark on a range of returns that is zero or due to rounding; rewards that are all 0 have `constantReward`.
    private static func roundedReturns(_ returns: ReturnRange, of rewards: [Float]) -> String? {
        let (range, size) = (returns.maximum - returns.minimum, max(abs(returns.minimum), abs(returns.maximum)))
        guard returns.trajectories > 1 else { return "all transitions are of one trajectory" }
        guard range <= roundedPart * size, rewards.contains(where: { $0 != 0 }) else { return nil }
        let difference = range == 0 ? "are all \(returns.minimum)" : "differ by \(range) at a size of \(size)"
        return "the returns of \(returns.trajectories) trajectories \(difference): a reward scale made of their range "
            + "(setting 'reward: return-range') is \(range == 0 ? "impossible" : "rounding")"
    }

    /// The remark on numbers whose squares, which a loss computes, are infinite.
    private static func large(_ name: String, _ elements: [Float], columns: Int) -> String? {
        let largest = largestMagnitude(of: elements)
        guard largest > largestSquareRoot, let i = elements.firstIndex(where: { abs($0) == largest }) else {
            return nil
        }
        return "field '\(name)' holds \(elements[i]) in row \(i / columns): its square is beyond single precision"
    }

    private static func extremeActions(_ actions: [Float]) -> String? {
        actions.allSatisfy { abs($0) >= 1 - 1e-6 } ? "every action is at its limit, -1 or 1" : nil
    }

    /// Formats ascending numbers: "0, 3 to 5 and 9".
    private static func ranges(_ numbers: [Int]) -> String {
        var runs: [ClosedRange<Int>] = []
        for number in numbers {
            if let last = runs.last, last.upperBound == number - 1 {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
        let words = runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)" }
        guard let last = words.last, words.count > 1 else { return words.joined() }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }
}

import Numerics

extension Transitions {
    /// Makes the transitions of a D4RL file by D4RL's own rule (`qlearning_dataset`, Farama-Foundation/D4RL@0e256f0).
    ///
    /// For i = 0 … N−2: s' is the next row's observation, even if the file has `next_observations`, so that results
    /// are comparable with published ones. A step that the time limit ended is dropped, as the next row starts
    /// another episode. A step that the environment ended is kept with d = 1, which masks its s'. The last row is dropped.
    ///
    /// - `maximumSteps`: the environment's time limit, used only where the file has no `timeouts`.
    /// - Throws: `DatasetError` when no transition is left.
    package convenience init(_ file: D4RLFile, maximumSteps: Int) throws(DatasetError) {
        let runs = qLearningRuns(terminals: file.terminals, timeouts: file.timeouts, maximumSteps: maximumSteps)
        let count = runs.reduce(0) { $0 + $1.count }
        guard count > 0 else {
            throw DatasetError(
                file: file.path, field: "timeouts", expected: "a step that is followed by another of its episode",
                found: "none in \(file.count) rows")
        }
        self.init(
            count: count, stateSize: file.stateSize, actionSize: file.actionSize, origin: file.path, zeroed: false)
        sourceRuns = runs
        let (s, a) = (stateSize, actionSize)
        var row = 0
        for run in runs {
            // Consecutive steps stay consecutive, so whole runs are copied instead of single rows.
            let successors = run.lowerBound + 1..<run.upperBound + 1
            convert(file.observations, run, columns: s, to: rows.observations + row * s)
            convert(file.observations, successors, columns: s, to: rows.nextObservations + row * s)
            convert(file.actions, run, columns: a, to: rows.actions + row * a)
            convert(file.rewards, run, columns: 1, to: rows.rewards + row)
            for i in run { rows.terminals[row + i - run.lowerBound] = Real(file.terminals[i]) }
            row += run.count
        }
    }
}

/// The runs of consecutive rows that D4RL's rule keeps.
///
/// If the file has no `timeouts`, a counter replaces them: the time limit ended a step at which the counter is
/// `maximumSteps` − 1. As in D4RL, the counter starts at 0 in the first episode and after a time-out. After a terminal
/// it starts at 1, because it is incremented after it is reset.
package func qLearningRuns(terminals: [UInt8], timeouts: [UInt8]?, maximumSteps: Int) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    var episodeStep = 0
    let last = terminals.count - 1
    for i in 0..<last {
        let isTimeout = timeouts.map { $0[i] != 0 } ?? (episodeStep == maximumSteps - 1)
        if isTimeout {
            if start < i { runs.append(start..<i) }
            start = i + 1
            episodeStep = 0
        } else {
            episodeStep = terminals[i] != 0 ? 1 : episodeStep + 1
        }
    }
    if start < last { runs.append(start..<last) }
    return runs
}

private func convert(_ source: [Float], _ range: Range<Int>, columns: Int, to target: UnsafeMutablePointer<Real>) {
    source.withUnsafeBufferPointer { source in
        let elements = UnsafeBufferPointer(rebasing: source[range.lowerBound * columns..<range.upperBound * columns])
        if Real.self == Float.self {
            UnsafeMutableRawBufferPointer(start: target, count: elements.count * MemoryLayout<Real>.stride)
                .copyMemory(from: UnsafeRawBufferPointer(elements))
        } else {
            for (k, element) in elements.enumerated() { target[k] = Real(element) }
        }
    }
}

import Datasets
import Environments
import Numerics

extension D4RLRecording {
    /// A training's transitions as a dataset: the first `rows` rows of `log`, those of one environment after those of
    /// another.
    ///
    /// A row without a successor in its environment, or whose successor begins an episode, counts as a time-out if it
    /// is not terminal, as in D4RL.
    init(_ log: ReplayLog, rows: Int, of specification: EnvironmentSpecification, environments: Int) throws {
        self.init(stateSize: specification.observationSize, actionSize: specification.actionSize)
        for environment in 0..<environments {
            var left = rows
            try log.forEach { row in
                left -= 1
                guard left >= 0, row.environment == environment else { return }
                closeEpisode(unlessContinuedBy: row.state)
                append(row)
            }
            closeEpisode(unlessContinuedBy: nil)
        }
    }

    /// Marks the last row as a time-out unless it is terminal or `state` is its next state.
    private mutating func closeEpisode(unlessContinuedBy state: UnsafePointer<Real>?) {
        guard let isTerminal = terminals.last, !isTerminal else { return }
        let last = nextObservations.suffix(stateSize)
        if let state, last.elementsEqual((0..<stateSize).lazy.map { Float(state[$0]) }) { return }
        timeouts[count - 1] = true
    }

    private mutating func append(_ row: ReplayLog.Row) {
        func floats(_ start: UnsafePointer<Real>, _ count: Int) -> [Float] { (0..<count).map { Float(start[$0]) } }
        observations += floats(row.state, stateSize)
        actions += floats(row.action, actionSize)
        rewards.append(Float(row.reward))
        nextObservations += floats(row.next, stateSize)
        terminals.append(row.isTerminal)
        timeouts.append(false)
    }
}

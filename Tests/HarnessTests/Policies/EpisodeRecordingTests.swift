import Datasets
import Environments
import Policies
import Testing

@Suite struct EpisodeRecordingTests {
    /// Rows sent between ranks arrive unchanged and in order, with and without goals.
    @Test(arguments: [[], [Float(0.5), 8.25]]) func rowsArriveUnchanged(goal: [Float]) throws {
        let specification = try EnvironmentRegistry.specification("antmaze-umaze")
        var (sent, found) = (D4RLRecording(specification), D4RLRecording(specification))
        for part in 0..<2 {
            let one = recording(specification, rows: 3 + part, goal: goal)
            found.append(rowBytes: one.rowBytes)
            sent.observations += one.observations
            sent.terminals += one.terminals
            sent.timeouts += one.timeouts
            sent.goals += one.goals
            sent.velocities += one.velocities
        }
        found.append(rowBytes: [])
        #expect(found.count == 7 && found.observations == sent.observations && found.goals == sent.goals)
        #expect(found.terminals == sent.terminals && found.timeouts == sent.timeouts)
        #expect(found.velocities == sent.velocities && found.nextObservations.count == 7 * 29)
        #expect(found.goals.count == 7 * goal.count)
    }

    /// After a simulation that diverged, the next row is not the successor state.
    @Test func aClosedEpisodeEndsInATerminal() throws {
        var one = recording(try EnvironmentRegistry.specification("hopper"), rows: 3, goal: [])
        one.closeEpisode()
        #expect(one.terminals == [false, false, true])
        var none = D4RLRecording(try EnvironmentRegistry.specification("hopper"))
        none.closeEpisode()
        #expect(none.terminals.isEmpty)
    }

    private func recording(_ specification: EnvironmentSpecification, rows: Int, goal: [Float]) -> D4RLRecording {
        var one = D4RLRecording(specification)
        func numbers(_ columns: Int) -> [Float] { (0..<rows * columns).map { Float($0) / 8 + Float(rows) } }
        one.observations = numbers(one.stateSize)
        one.nextObservations = numbers(one.stateSize)
        one.actions = numbers(one.actionSize)
        one.rewards = numbers(1)
        one.positions = numbers(one.positionSize)
        one.velocities = numbers(one.velocitySize)
        one.actionLogProbabilities = numbers(1)
        one.goals = (0..<rows).flatMap { _ in goal }
        one.terminals = (0..<rows).map { $0 == 1 && rows > 3 }
        one.timeouts = (0..<rows).map { $0 == 2 }
        return one
    }
}

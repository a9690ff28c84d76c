import Foundation
import Planning
import Studies

/// How much of a run is done, and how long the rest takes if the cases go on at the rates of those that run.
struct RunForecast {
    /// Of all gradient steps, weighted, 0 to 1.
    let shareDone: Double
    /// Until the last case is done; nil where no rate is known, or nothing is left.
    let secondsLeft: Double?

    /// - Parameter weights: of a gradient step, by case; for a case that is missing 1.
    init(_ cases: [RunStatus.Line], weights: [String: Double]) {
        func weight(_ line: RunStatus.Line) -> Double { weights[line.case] ?? 1 }
        let total: Double = cases.map { Double($0.steps) * weight($0) }.reduce(0, +)
        let left = cases.map { line -> Double in
            // An interrupted case goes on from its checkpoint.
            let made = line.state == .running || line.state == .done ? line.step : line.checkpointStep ?? 0
            return Double(max(0, line.steps - made)) * weight(line)
        }.reduce(0, +)
        shareDone = total > 0 ? 1 - left / total : 1
        let running = cases.filter { $0.state == .running }
        let speeds: [Double] = running.compactMap { line in line.stepsPerSecond.map { $0 * weight(line) } }
        guard !speeds.isEmpty, left > 0 else {
            secondsLeft = nil
            return
        }
        // Those whose rate is not known right now, as they evaluate, are taken to be as fast as the others.
        let speed = speeds.reduce(0, +) / Double(speeds.count) * Double(running.count)
        // No sooner than the running case that takes longest.
        secondsLeft = max(left / speed, running.compactMap(\.secondsLeft).max() ?? 0)
    }
}

extension RunManifest {
    /// Multiply-adds of a gradient step of every case; none where this program does not understand the study any more.
    func stepWeights() -> [String: Double] {
        guard let plan = (try? StudyFile.parse(study, path: studyPath)).map({ StudyPlan($0) }) else { return [:] }
        let weights = plan.cases.compactMap { studyCase in
            (try? CostModel.multiplyAdds(studyCase)).map { (studyCase.identifier, $0) }
        }
        // Not of some: one multiply-add weighs nothing beside a million.
        let known = Dictionary(weights, uniquingKeysWith: { first, _ in first })
        return cases.allSatisfy { known[$0.identifier] ?? 0 > 0 } ? known : [:]
    }
}

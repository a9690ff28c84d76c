import Foundation
import Planning
import Studies

/// The fraction of a run that is done, and the remaining time if all cases run at the rates of the current ones.
struct RunForecast {
    /// The weighted fraction of all gradient steps that is done, 0 to 1.
    let shareDone: Double
    /// Seconds until the last case is done; nil if no rate is known, or nothing is left.
    let secondsLeft: Double?

    /// - Parameter weights: the weight of a gradient step by case; 1 for a case that is missing.
    init(_ cases: [RunStatus.Line], weights: [String: Double]) {
        func weight(_ line: RunStatus.Line) -> Double { weights[line.case] ?? 1 }
        let total: Double = cases.map { Double($0.steps) * weight($0) }.reduce(0, +)
        let left = cases.map { line -> Double in
            // An interrupted case resumes from its checkpoint.
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
        // Cases without a current rate, because they are being evaluated, are assumed to be as fast as the others.
        let speed = speeds.reduce(0, +) / Double(speeds.count) * Double(running.count)
        // At least as long as the slowest running case takes.
        secondsLeft = max(left / speed, running.compactMap(\.secondsLeft).max() ?? 0)
    }
}

extension RunManifest {
    /// The multiply-adds per gradient step of every case; empty if this version can no longer read the study.
    func stepWeights() -> [String: Double] {
        guard let plan = (try? StudyFile.parse(study, path: studyPath)).map({ StudyPlan($0) }) else { return [:] }
        let weights = plan.cases.compactMap { studyCase in
            (try? CostModel.multiplyAdds(studyCase)).map { (studyCase.identifier, $0) }
        }
        // All or none: a weight of 1 would vanish next to millions of multiply-adds.
        let known = Dictionary(weights, uniquingKeysWith: { first, _ in first })
        return cases.allSatisfy { known[$0.identifier] ?? 0 > 0 } ? known : [:]
    }
}

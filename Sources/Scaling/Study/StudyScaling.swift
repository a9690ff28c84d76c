import Algorithms
import Environments
import Foundation
import Planning
import Studies
import Teams

/// Predicts the time of a study on growing numbers of ranks, in teams of the best size, by longest processing time
/// first.
struct StudyScaling {
    private let cases: [StudyCase]
    private let messageCosts: LogGPParameters
    /// Seconds per control step of an episode.
    private let hopperStepSeconds: Double
    /// Traces by what distinguishes steps: learner, settings and sizes.
    private var traces: [String: StepTrace] = [:]

    /// Records a few steps of every kind of case.
    ///
    /// - Throws: `EnvironmentError` for an unknown environment.
    init(_ cases: [StudyCase], messageCosts: LogGPParameters) throws {
        self.cases = cases
        self.messageCosts = messageCosts
        hopperStepSeconds = try CostModel.measureHopper()
        for studyCase in cases {
            let key = try StudyScaling.key(studyCase)
            guard traces[key] == nil else { continue }
            let sizes = try CostModel.specification(studyCase)
            let subject = ScalingSubject(
                studyCase.learner, studyCase.hyperparameters, states: sizes.observationSize, actions: sizes.actionSize)
            let recording = StepTraceRecorder(subject, subject.transitions(20_000))
            recording.record(seconds: 0.1)
            traces[key] = recording.trace
        }
    }

    private static func key(_ studyCase: StudyCase) throws -> String {
        let sizes = try CostModel.specification(studyCase)
        let settings = studyCase.hyperparameters.settings.filter { $0.cost == .operations }
        return
            ([CostModel.kind(studyCase)] + settings.map(\.value.description)
            + ["\(sizes.observationSize)", "\(sizes.actionSize)"])
            .joined(separator: " ")
    }

    /// The predictions for each of these numbers of ranks.
    ///
    /// - Parameter slowdown: the slowdown of all work by the number of ranks that work.
    func points(ranks counts: [Int], slowdown: (Int) -> Double) throws -> [ScalingReport.StudyPoint] {
        let open = Array(cases.indices)
        let alone = try works(slowdown: slowdown(1)).map { $0.seconds(on: 1) }.reduce(0, +)
        var known: [Double: [Schedule.Work]] = [:]
        return try counts.map { ranks in
            let works = try known[slowdown(ranks)] ?? works(slowdown: slowdown(ranks))
            known[slowdown(ranks)] = works
            let size = Schedule.bestTeamSize(open, works, ranks: ranks)
            let schedule = Schedule(open, works, ranks: ranks, teamSize: size)
            return ScalingReport.StudyPoint(
                ranks: ranks, teamSize: size, hours: schedule.makespan / 3600,
                efficiency: alone / (Double(ranks) * schedule.makespan), imbalance: schedule.imbalance)
        }
    }

    /// The case that takes longest even with all ranks: "CQL/hopper-medium-v2, 80 hours on 2 ranks".
    func mostExpensiveCase(slowdown: Double) throws -> String? {
        let works = try works(slowdown: slowdown)
        func seconds(_ i: Int) -> Double { works[i].seconds(on: works[i].usefulRanks) }
        return works.indices.max { (seconds($0), $1) < (seconds($1), $0) }.map { i in
            let ranks = works[i].usefulRanks
            return "\(cases[i].column)/\(cases[i].dataset), " + String(format: "%.3g hours on ", seconds(i) / 3600)
                + "\(ranks) rank\(ranks == 1 ? "" : "s")"
        }
    }

    /// The time of each case, on one rank and on teams.
    private func works(slowdown: Double) throws -> [Schedule.Work] {
        let episodes = CostModel(
            [], secondsPerMultiplyAdd: 0, hopperStepSeconds: slowdown * hopperStepSeconds)
        var known: [String: [Double]] = [:]
        return try cases.map { studyCase in
            let key = try StudyScaling.key(studyCase)
            guard let trace = traces[key] else { preconditionFailure("no trace of \(key)") }
            var steps: [Double] = []
            let work = try episodes.work(studyCase) { placement in
                steps.append(
                    known[key]?[placement.size - 1]
                        ?? StepModel(trace, placement, messageCosts, slowdown: slowdown).stepSeconds)
                return steps[placement.size - 1]
            }
            known[key] = steps
            return work
        }
    }
}

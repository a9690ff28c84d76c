import Algorithms
import Datasets
import Failures
import Foundation
package import MPI
import Numerics
import Storage
import Studies
import Supervision
import Teams

/// Carries out `active-bench scale`: measures how steps scale over the ranks of the job, predicts the same points from
/// the costs of one rank and of messages, and extrapolates to more ranks.
package struct ScalingStudy {
    private let options: ScalingOptions
    private let world: Communicator
    private let subject: ScalingSubject
    private let transitions: Transitions
    /// The given cost of messages; only on rank 0, which makes the predictions.
    private let given: LogGPParameters?
    private let plan: StudyPlan?

    /// Checks the options before anything takes time. Collective.
    ///
    /// - Throws: `AgreedFault`, `MPIError`.
    package init(_ options: ScalingOptions, world: Communicator) throws {
        self.options = options
        self.world = world
        var (given, plan): (LogGPParameters?, StudyPlan?)
        try world.agree(that: {
            _ = try options.subject()
            guard world.size > 1 || !options.measuresMessages else {
                throw HarnessError.usage("--measure-network: expected two ranks or more, found one")
            }
            given = try options.messageCosts.map { try LogGPParameters($0) }
            plan = try options.study.map { StudyPlan(try StudyFile.read($0).study) }
            // Only rank 0 records the study's steps.
            for studyCase in plan?.cases ?? [] { try studyCase.hyperparameters.precision.requireAvailable() }
            if let output = options.output {
                try DurableFile.makeFolder(output)
                try DurableFile.requirePlace(for: "\(output)/scale.json")
            }
        })
        (self.given, self.plan) = (given, plan)
        subject = try options.subject()
        try world.requirePrecisions([subject.hyperparameters.precision])
        transitions = subject.transitions()
    }

    /// Runs the study; returns the report on rank 0. Collective.
    ///
    /// - Throws: `MPIError`, `EnvironmentError`.
    package func run() throws -> ScalingReport? {
        Supervision.enter("scaling study")
        let machine = try fullestNode()
        let timings = world.size > 1 ? try MessageCostMeasurement.timings(on: world) : nil
        let costs = try PlacementCosts(measuring: subject, on: Team(world, worldRank: world.rank))
        let measurement = try ScalingMeasurement(
            subject, transitions, teams: teams, seconds: options.seconds, rounds: options.rounds, world: world,
            placement: { costs.placement($0, ranks: $1) })
        let recordings = ScalingRecordings(subject, transitions, world)
        try measurement.run(besides: { try recordings.record(seconds: options.seconds) })
        let report = try recordings.traces.map { traces in
            let messageCosts = timings.map { LogGPParameters(fitting: $0) }
            let model = ScalingModel(
                subject, costs, traces, messageCosts ?? .free,
                contention: contention(measurement.points(), ofAll: recordings.busyFactor))
            return try predict(model, measured: messageCosts, measurement.points(), machine)
        }
        try world.sleepingBarrier()  // Rank 0 records the study's steps while the others sleep.
        return report
    }

    /// Makes the report on rank 0.
    private func predict(
        _ measuredModel: ScalingModel, measured: LogGPParameters?, _ points: [ScalingPoint],
        _ machine: (ranks: Int, cores: Int)
    ) throws -> ScalingReport {
        var model = measuredModel
        let here = measured.map {
            ScalingReport.MessageCosts(parameters: $0, origin: "measured between ranks 0 and \(world.size - 1)")
        }
        let prediction = given.map { ScalingReport.MessageCosts(parameters: $0, origin: "given") } ?? here
        var report = ScalingReport(
            subject: subject.name, largestEnsemble: subject.largestEnsemble, ranks: world.size,
            ranksOfNode: machine.ranks, coresOfNode: machine.cores, rounds: options.rounds, seconds: options.seconds,
            kernels: ProductBackEnd.current.detail, busyFactor: model.contention.factor(ranks: world.size),
            measuredMessages: here,
            predictionMessages: prediction, checks: ScalingStudy.checks(points, model, ranks: world.size),
            predictions: [],
            studyPoints: [])
        guard let messageCosts = prediction?.parameters else { return report }
        model.messageCosts = messageCosts
        report.predictions = model.points(upTo: options.largest)
        guard let plan else { return report }
        let study = try StudyScaling(plan.cases, messageCosts: messageCosts)
        report.study = plan.study.name
        report.mostExpensiveCase = try study.mostExpensiveCase(slowdown: model.contention.factor(ranks: world.size))
        report.studyPoints = try study.points(
            ranks: ScalingModel.rankCounts(upTo: options.largest), slowdown: model.contention.factor)
        return report
    }

    /// What cases that run side by side have shown of contention; `ofAll`: the slowdown of all ranks, measured apart.
    private func contention(_ points: [ScalingPoint], ofAll factor: Double) -> Contention {
        var factors: [Int: Double] = [:]
        for point in points where point.kind == .throughput {
            factors[point.ranks] = point.measured.map { 1 / $0.efficiency }
        }
        factors[world.size] = factor
        return Contention(factors)
    }

    /// The numbers of ranks to measure: all up to four, then doublings, and the whole job.
    private var teams: [Int] {
        let counts = ScalingModel.rankCounts(upTo: world.size).filter { $0 <= 4 || $0 & ($0 - 1) == 0 }
        return counts + (counts.last == world.size ? [] : [world.size])
    }

    /// The measured points with the model's values; every kind starts with one rank.
    private static func checks(_ points: [ScalingPoint], _ model: ScalingModel, ranks: Int) -> [ScalingPoint] {
        guard let single = points.first else { return [] }
        return ScalingPoint.Kind.allCases.flatMap { kind in
            var own = points.filter { $0.kind == kind && $0.ranks > 1 }
            guard !own.isEmpty || kind == .throughput else { return [ScalingPoint]() }
            own.insert(single, at: 0)
            return own.map { point in
                let predicted = model.point(kind, ranks: point.ranks)
                var point = point
                point.kind = kind
                // The model's contention between one rank and all comes from these points, so it predicts nothing
                // there.
                let isOfModel = kind == .throughput && point.ranks > 1 && point.ranks < ranks
                point.predicted = isOfModel ? nil : predicted?.predicted
                point.predictedTraffic = predicted?.predictedTraffic
                return point
            }
        }
    }

    /// The number of ranks on the node with the most ranks per core, and the number of cores available to them.
    /// Collective.
    private func fullestNode() throws -> (ranks: Int, cores: Int) {
        let node = try world.splitByNode()
        let own = CPUBinding.ofThisThread().cores.map { "\($0)" }
        let cores = Set(try node.gatherLines(own)).count
        let counts = try world.allgather(cores)
        let ranks = try world.allgather(node.rank == 0 ? node.size : 0)
        try node.free()
        let fullest = ranks.indices.filter { ranks[$0] > 0 && counts[$0] > 0 }
            .max { ranks[$0] * counts[$1] < ranks[$1] * counts[$0] }
        return fullest.map { (ranks[$0], counts[$0]) } ?? (ranks.max() ?? 1, 0)
    }
}

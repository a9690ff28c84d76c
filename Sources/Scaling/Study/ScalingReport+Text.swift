import Foundation

// The report as text.
extension ScalingReport {
    /// Tables of measurements and predictions.
    package var text: String {
        var parts = [heading]
        parts += ScalingPoint.Kind.allCases.compactMap { kind in
            let points = checks.filter { $0.kind == kind }
            return points.isEmpty ? nil : "\(title(kind))\n" + checkTable(points)
        }
        parts.append(predictionHeading)
        parts += ScalingPoint.Kind.allCases.compactMap { kind in
            let points = predictions.filter { $0.kind == kind }
            return points.isEmpty ? nil : "\(title(kind)), predicted\n" + predictionTable(points) + remark(points)
        }
        if !studyPoints.isEmpty {
            parts.append("Cases of \(study ?? "") over ranks, predicted\n" + studyTable + mostExpensive)
        }
        return parts.joined(separator: "\n") + "\n"
    }

    private var heading: String {
        var lines = [
            "\(subject), Hopper's sizes, \(ranks) rank\(ranks == 1 ? "" : "s"), products: \(kernels); medians of \(rounds) "
                + "rounds of \(String(format: "%g", seconds)) s"
        ]
        if sharesCores {
            lines.append(
                "\(ranksOfNode) ranks share \(coresOfNode) core\(coresOfNode == 1 ? "" : "s"): these "
                    + "measurements do not show scaling")
        }
        if ranks > 1 {
            lines.append(String(format: "all ranks at work: a step of each takes %.3f times as long", busyFactor))
        }
        if let measuredMessages {
            lines.append("messages, \(measuredMessages.origin): \(measuredMessages.parameters.sentence)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var predictionHeading: String {
        guard let predictionMessages else {
            return "No predictions: message costs cannot be measured on one rank (see --network)\n"
        }
        return "Predictions, with messages \(predictionMessages.origin): \(predictionMessages.parameters.sentence)\n"
    }

    /// A remark if predictions use larger ensembles than a study may.
    private func remark(_ points: [ScalingPoint]) -> String {
        guard points.contains(where: { $0.members ?? 0 > largestEnsemble }) else { return "" }
        return "(a study may use at most \(largestEnsemble) members)\n"
    }

    private func title(_ kind: ScalingPoint.Kind) -> String {
        switch kind {
        case .strong: "Strong scaling: one case on a team"
        case .weak: "Weak scaling: one case, members as ranks"
        case .throughput: "Throughput: a case on every rank"
        }
    }

    private func checkTable(_ points: [ScalingPoint]) -> String {
        ScalingReport.table(
            [
                "ranks", "m", "steps/s", "speed-up", "efficiency", "lowest to highest", "model", "error", "messages",
                "kB",
            ],
            points.map { point in
                ScalingReport.cells(point, point.measured) + [
                    point.efficiencyRange.map { String(format: "%.3f to %.3f", $0[0], $0[1]) } ?? "-",
                    point.predicted.map { ScalingReport.rate($0.stepsPerSecond) } ?? "-",
                    point.error.map { String(format: "%+.1f %%", 100 * $0) } ?? "-",
                    ScalingReport.compared(point) { $0.messages },
                    ScalingReport.compared(point) { $0.bytes / 1000 },
                ]
            })
    }

    private func predictionTable(_ points: [ScalingPoint]) -> String {
        ScalingReport.table(
            ["ranks", "m", "steps/s", "speed-up", "efficiency", "kB a rank"],
            points.map { point in
                ScalingReport.cells(point, point.predicted) + [
                    point.predictedTraffic.map { String(format: "%.1f", $0.bytes / 1000 / Double(point.ranks)) } ?? "-"
                ]
            })
    }

    private var mostExpensive: String { mostExpensiveCase.map { "(the most expensive case: \($0))\n" } ?? "" }

    private var studyTable: String {
        ScalingReport.table(
            ["ranks", "team", "hours", "efficiency", "imbalance"],
            studyPoints.map {
                [
                    "\($0.ranks)", "\($0.teamSize)", String(format: $0.hours < 10 ? "%.2f" : "%.0f", $0.hours),
                    String(format: "%.3f", $0.efficiency), String(format: "%.2f", $0.imbalance),
                ]
            })
    }

    private static func cells(_ point: ScalingPoint, _ figure: ScalingPoint.Figure?) -> [String] {
        guard let figure else { return [] }
        return [
            "\(point.ranks)", point.members.map { "\($0)" } ?? "-", rate(figure.stepsPerSecond),
            String(format: "%.2f", figure.speedup), String(format: "%.3f", figure.efficiency),
        ]
    }

    private static func rate(_ stepsPerSecond: Double) -> String {
        String(format: stepsPerSecond < 10 ? "%.2f" : "%.1f", stepsPerSecond)
    }

    /// The measured traffic of a step, followed by the model's if it differs.
    private static func compared(_ point: ScalingPoint, _ value: (ScalingPoint.Traffic) -> Double) -> String {
        guard let traffic = point.traffic.map(value) else { return "-" }
        guard let predicted = point.predictedTraffic.map(value), abs(predicted - traffic) > 1e-9 * traffic else {
            return String(format: "%.1f", traffic)
        }
        return String(format: "%.1f (model %.1f)", traffic, predicted)
    }

    /// A table with right-aligned columns.
    private static func table(_ header: [String], _ rows: [[String]]) -> String {
        let all = [header] + rows
        let widths = header.indices.map { i in all.map { $0[i].count }.max() ?? 0 }
        return all.map { row in
            row.enumerated().map { String(repeating: " ", count: widths[$0] - $1.count) + $1 }.joined(separator: "  ")
        }.joined(separator: "\n") + "\n"
    }
}

import Cases
import Foundation
import Numerics
import Storage

/// A checkpoint with every value that is hard to serialise.
enum ExampleCheckpoint {
    static let configuration = String(repeating: "c0", count: 32)
    static let dataset = String(repeating: "da", count: 32)

    static func make(_ identifier: String = "IQL/hopper/default/seed-0", step: Int, numbers: Int = 1000) -> Checkpoint {
        Checkpoint(
            caseIdentifier: identifier, configuration: configuration, datasetSHA256: dataset, step: step,
            scalars: [
                "zero": -0.0, "nan": .nan, "infinity": -.infinity, "tiny": Double.leastNonzeroMagnitude,
                "third": 1.0 / 3, "adam.t": 7,
            ],
            progress: CaseProgress(
                evaluations: [
                    evaluation(step: 5, 0.1), evaluation(step: 10, .nan), evaluation(step: 15, -.infinity),
                    evaluation(step: 20, .leastNonzeroMagnitude),
                ],
                divergence: Divergence(json: #"{"step": 12, "reason": "mean |Q| is 7 \"x\" / ψ", "isFinal": false}"#),
                warning: .init(step: 3, text: "α is out of bounds"),
                simulatorWarning: .init(step: 5, text: "episode 0: MuJoCo warned: nefc", episodes: 2),
                outputs: [OutputLength(name: "curve.csv", bytes: 12, sha256: String(repeating: "ab", count: 32))]),
            libraries: ["blas": "Haswell", "glibc": "2.36", "mujoco": "2.2.2"],
            tensors: [
                CheckpointTensor(name: "v.0/parameters", values: (0..<numbers).map { Real($0) / 7 - 3 }),
                CheckpointTensor(name: "v.0/adam.m", values: []),
                CheckpointTensor(
                    name: "odd", values: [.nan, -.infinity, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]),
            ])
    }

    private static func evaluation(step: Int, _ value: Double) -> EvaluationResult {
        EvaluationResult(
            json: """
                {"step": \(step), "episodes": [{"return": "\(value)", "length": 3}], "meanReturn": "\(value)",
                 "score": "\(value)"}
                """)
    }
}

extension Decodable {
    /// Decodes a value that only its own module can make from the program's JSON; a number may stand in quotes.
    fileprivate init(json: String) {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let plain = json.replacing(/"(-?[0-9.e-]+)"/) { $0.1 }
        do {
            self = try decoder.decode(Self.self, from: Data(plain.utf8))
        } catch {
            preconditionFailure("\(error) in \(plain)")
        }
    }
}

/// The bits of numbers: NaN equals itself, 0 does not equal -0.
func bits(_ values: [Float]) -> [UInt64] { values.map { UInt64($0.bitPattern) } }
func bits(_ values: [Double]) -> [UInt64] { values.map(\.bitPattern) }

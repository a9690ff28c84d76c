package import CKernels
import Glibc

/// What computes products in bfloat16. Results of AMX differ in bits from those of the others; see
/// `ab_bfloat16_multiply`.
package enum MatrixUnit: String, Sendable, CaseIterable {
    /// Plain C, for processors without a matrix unit.
    case plain
    /// The AVX-512 instructions for bfloat16 (Intel from Cooper Lake on, AMD from Zen 4 on).
    case avx512BF16 = "avx512_bf16"
    /// Intel's matrix extensions (from Sapphire Rapids on).
    case amx

    /// The reason why this process cannot compute with this unit, a clause "expected …, found …"; nil if it can.
    package var obstacle: String? { ab_matrix_unit_obstacle(code).map { String(cString: $0) } }

    /// The unit's name in the kernels.
    package var code: ab_matrix_unit {
        switch self {
        case .plain: AB_PLAIN
        case .avx512BF16: AB_AVX512_BF16
        case .amx: AB_AMX
        }
    }

    /// The unit that this process computes with; nil where `selectionObstacle` is not.
    package static var selected: MatrixUnit? { try? selection.get() }

    /// The reason why this process computes with no unit, a clause "expected …, found …": a build in double precision,
    /// or a value of ACTIVE_BENCH_MATRIX_UNIT that names no unit of this processor.
    package static var selectionObstacle: String? {
        guard case .failure(let why) = selection else { return nil }
        return why.clause
    }

    private struct Obstacle: Error {
        let clause: String
    }

    /// The unit that ACTIVE_BENCH_MATRIX_UNIT names; without it the fastest that the processor has.
    private static let selection: Result<MatrixUnit, Obstacle> = {
        guard let name = getenv("ACTIVE_BENCH_MATRIX_UNIT").map({ String(cString: $0) }) else {
            // A slower unit in silence would hide that the site has to permit AMX.
            if let why = MatrixUnit.amx.obstacle, why.hasPrefix("expected the kernel's permission") {
                return .failure(Obstacle(clause: why + "; ACTIVE_BENCH_MATRIX_UNIT=avx512_bf16 does without"))
            }
            let fastest = allCases.last { $0.obstacle == nil }
            return fastest.map { .success($0) } ?? .failure(Obstacle(clause: MatrixUnit.plain.obstacle ?? ""))
        }
        guard let unit = MatrixUnit(rawValue: name) else {
            let names = allCases.map(\.rawValue).joined(separator: ", ")
            return .failure(
                Obstacle(clause: "expected ACTIVE_BENCH_MATRIX_UNIT to be one of \(names), found '\(name)'"))
        }
        return unit.obstacle.map { .failure(Obstacle(clause: $0)) } ?? .success(unit)
    }()
}

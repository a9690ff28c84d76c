package import CKernels
import Failures
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
    /// AMX without the kernel's permission, or a value of ACTIVE_BENCH_MATRIX_UNIT that names no unit of this processor.
    package static var selectionObstacle: String? {
        guard case .failure(let why) = selection else { return nil }
        return why.clause
    }

    /// Refuses a value of ACTIVE_BENCH_MATRIX_UNIT that names no unit. Whether the processor has the unit matters only
    /// where something computes in bfloat16; see `selectionObstacle`.
    ///
    /// - Throws: `HarnessError.badInput`.
    package static func requireValidVariable() throws {
        do { _ = try asked() } catch { throw HarnessError.badInput("\(variable): \(error.clause)") }
    }

    private static let variable = "ACTIVE_BENCH_MATRIX_UNIT"

    private struct Obstacle: Error {
        let clause: String
    }

    private static let selection: Result<MatrixUnit, Obstacle> = Result { () throws(Obstacle) in try select() }

    /// Returns the unit that ACTIVE_BENCH_MATRIX_UNIT names; without it the fastest that the processor has.
    private static func select() throws(Obstacle) -> MatrixUnit {
        if let unit = try asked() {
            if let why = unit.obstacle { throw Obstacle(clause: why) }
            return unit
        }
        // A slower unit in silence would hide that the site has to permit AMX.
        if let why = MatrixUnit.amx.obstacle, why.hasPrefix("expected the kernel's permission") {
            throw Obstacle(clause: why + "; \(variable)=avx512_bf16 does without")
        }
        guard let fastest = allCases.last(where: { $0.obstacle == nil }) else {
            throw Obstacle(clause: MatrixUnit.plain.obstacle ?? "")
        }
        return fastest
    }

    private static func asked() throws(Obstacle) -> MatrixUnit? {
        guard let name = getenv(variable).map({ String(cString: $0) }) else { return nil }
        if let unit = MatrixUnit(rawValue: name) { return unit }
        let names = allCases.map(\.rawValue).joined(separator: ", ")
        throw Obstacle(clause: "expected one of \(names), found '\(name)'")
    }
}

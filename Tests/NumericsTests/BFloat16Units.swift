import CKernels
import CTileEmulation
import Numerics

/// The units whose products can be tested on this processor: those that it has, and AMX's code with emulated tiles.
enum BFloat16Unit: CustomStringConvertible, Sendable {
    case unit(MatrixUnit)
    case emulatedTiles

    static let all: [BFloat16Unit] =
        MatrixUnit.allCases.filter { $0.obstacle == nil }.map { .unit($0) } + [.emulatedTiles]

    var description: String {
        switch self {
        case .unit(let unit): unit.rawValue
        case .emulatedTiles: "emulated tiles"
        }
    }

    #if !ACTIVE_BENCH_DOUBLE
        func multiply(_ a: BFloat16Rows, _ b: BFloat16Pairs, _ epilogue: ab_bfloat16_epilogue) {
            var epilogue = epilogue
            switch self {
            case .unit(let unit):
                ab_bfloat16_multiply(unit.code, a.layout, b.layout, a.rows, b.columns, a.columns, epilogue)
            case .emulatedTiles:
                ab_bfloat16_multiply_emulated(a.layout, b.layout, a.rows, b.columns, a.columns, &epilogue)
            }
        }

        func multiply(transposed a: BFloat16Pairs, _ b: BFloat16Pairs, _ epilogue: ab_bfloat16_epilogue) {
            var epilogue = epilogue
            switch self {
            case .unit(let unit):
                ab_bfloat16_multiply_transposed(
                    unit.code, a.layout, b.layout, a.columns, b.columns, a.rows, epilogue)
            case .emulatedTiles:
                // As ab_bfloat16_multiply_transposed: sums over up to 512 elements at a time.
                var (first, second) = (a.layout, b.layout)
                for p in stride(from: 0, to: a.rows, by: 512) {
                    let inner = min(512, a.rows - p)
                    ab_bfloat16_multiply_transposed_emulated(first, second, a.columns, b.columns, inner, &epilogue)
                    first.values += 512 * 32
                    second.values += 512 * 32
                    epilogue.accumulate = 1
                }
            }
        }
    #endif
}

/// Returns a matrix of normal numbers.
func normals(_ rows: Int, _ columns: Int, _ name: String) -> Matrix {
    let matrix = Matrix(rows, columns)
    RandomStream(name).normals(step: 0, into: matrix.pointer, count: matrix.count)
    return matrix
}

/// The bits of a NaN.
private let nan: UInt16 = 0x7fc0

/// The number that `parts` bfloat16 stand for.
private func sum(_ parts: Int32, _ bits: (Int) -> UInt16) -> Double {
    (0..<Int(parts)).map { Double(widened(bits($0))) }.reduce(0, +)
}

/// Rounds `x` into the layout that `choose` sets.
private func round(_ x: Matrix, _ unit: MatrixUnit, into choose: (inout ab_bfloat16_epilogue) -> Void) {
    var epilogue = ab_bfloat16_epilogue()
    choose(&epilogue)
    ab_bfloat16_convert(unit.code, x.pointer, x.columns, x.rows, x.columns, epilogue)
}

extension BFloat16Rows {
    /// Element (i, j) of part q, as `ab_bfloat16_rows` describes it.
    func bits(_ i: Int, _ j: Int, part q: Int = 0) -> UInt16 { layout.values[q * layout.part + i * layout.stride + j] }

    /// Element (i, j), the sum of its parts.
    func number(_ i: Int, _ j: Int) -> Double { sum(layout.parts) { bits(i, j, part: $0) } }

    /// A matrix whose numbers and padding are NaN, so that what is not written shows.
    convenience init(unwritten rows: Int, _ columns: Int, parts: Int) {
        self.init(rows, columns, parts: parts)
        layout.values.update(repeating: nan, count: parts * layout.part)
    }

    /// The rounded matrix `x`.
    convenience init(_ x: Matrix, parts: Int, unit: MatrixUnit = .plain) {
        self.init(unwritten: x.rows, x.columns, parts: parts)
        round(x, unit) { $0.rows = layout }
    }

    /// Whether zeros follow the last column, which take part in the next product's sums.
    var hasZeroPadding: Bool {
        (0..<Int(layout.parts)).allSatisfy { q in
            (0..<rows).allSatisfy { i in (columns..<layout.stride).allSatisfy { bits(i, $0, part: q) == 0 } }
        }
    }
}

extension BFloat16Pairs {
    /// Element (i, j) of part q, as `ab_bfloat16_pairs` describes it.
    func bits(_ i: Int, _ j: Int, part q: Int = 0) -> UInt16 {
        layout.values[q * layout.part + j / 32 * layout.panel + i / 2 * 64 + j % 32 * 2 + i % 2]
    }

    /// Element (i, j), the sum of its parts.
    func number(_ i: Int, _ j: Int) -> Double { sum(layout.parts) { bits(i, j, part: $0) } }

    /// A matrix whose numbers and padding are NaN, so that what is not written shows.
    convenience init(unwritten rows: Int, _ columns: Int, parts: Int) {
        self.init(rows, columns, parts: parts)
        layout.values.update(repeating: nan, count: parts * layout.part)
    }

    /// The rounded matrix `x`.
    convenience init(_ x: Matrix, parts: Int, unit: MatrixUnit = .plain) {
        self.init(unwritten: x.rows, x.columns, parts: parts)
        round(x, unit) { $0.pairs = layout }
    }

    /// The rounded xᵀ.
    convenience init(transposed x: Matrix, parts: Int, unit: MatrixUnit = .plain) {
        self.init(unwritten: x.columns, x.rows, parts: parts)
        ab_bfloat16_transpose(unit.code, x.pointer, x.rows, x.columns, layout)
    }

    /// Whether zeros follow the last row, which take part in the next product's sums.
    var hasZeroPadding: Bool {
        (0..<Int(layout.parts)).allSatisfy { q in
            (rows..<layout.panel / 32).allSatisfy { i in (0..<columns).allSatisfy { bits(i, $0, part: q) == 0 } }
        }
    }
}

/// The float whose upper half is `bits`.
func widened(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

/// Returns x rounded to bfloat16, to nearest, ties to even; NaN stays NaN, and a number below 2⁻¹²⁶ becomes 0.
func rounded(_ x: Float) -> UInt16 {
    if x.isNaN { return UInt16(x.bitPattern >> 16) | 0x40 }
    if x.magnitude < .leastNormalMagnitude { return UInt16(x.bitPattern >> 16) & 0x8000 }
    return UInt16((x.bitPattern + 0x7fff + (x.bitPattern >> 16 & 1)) >> 16)
}

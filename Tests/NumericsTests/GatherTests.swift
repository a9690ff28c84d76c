import Numerics
import Testing

/// `gatherRows`, over widths around a cache line's 16 numbers and batches around the number of rows that are requested
/// ahead.
@Suite struct GatherTests {
    @Test(arguments: [1, 3, 11, 16, 17, 40], [1, 2, 15, 16, 17, 256])
    func copiesTheRows(width: Int, batch: Int) {
        let table = Matrix(30, width)
        for i in 0..<table.count { table[i] = Real(i) }
        // Every row of a small table is drawn several times, the first and the last among them.
        let indices = (0..<batch).map { Int32(($0 * 29 + 29) % 30) }
        let around = Matrix(batch, width + 2)
        for i in 0..<around.count { around[i] = -1 }
        gatherRows(indices, of: table.pointer, into: around.view.columns(1..<width + 1))
        for b in 0..<batch {
            let row = (0..<width + 2).map { around[b * (width + 2) + $0] }
            #expect(row == [-1] + (0..<width).map { Real(Int(indices[b]) * width + $0) } + [-1])
        }
    }
}

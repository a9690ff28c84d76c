package import CKernels
import Glibc

/// Memory for matrices in bfloat16, zeroed and 64-byte aligned.
package final class BFloat16Storage {
    fileprivate let pointer: UnsafeMutablePointer<UInt16>
    fileprivate let count: Int

    /// Allocates `count` numbers.
    package init(_ count: Int) {
        self.count = count
        let size = MemoryLayout<Real>.stride / MemoryLayout<UInt16>.stride
        pointer = UnsafeMutableRawPointer(allocateAligned((count + size - 1) / size)).bindMemory(
            to: UInt16.self, capacity: count)
    }

    deinit { free(pointer) }
}

/// A matrix in bfloat16 by rows: the first factor of a product.
package final class BFloat16Rows {
    /// The first dimension.
    package let rows: Int
    /// The second dimension.
    package let columns: Int
    /// The layout in memory.
    package let layout: ab_bfloat16_rows
    private let storage: BFloat16Storage

    /// Makes a matrix of zeros.
    ///
    /// - `parts`: 1, or 2 to store each number as the sum of two bfloat16.
    /// - `storage`: memory of its own unless given. Matrices may alternate in the same memory, since writing a matrix
    ///   also writes that padding which takes part in sums.
    package init(_ rows: Int, _ columns: Int, parts: Int, in storage: BFloat16Storage? = nil) {
        (self.rows, self.columns) = (rows, columns)
        let part = ab_bfloat16_count(rows, columns)
        self.storage = storage ?? BFloat16Storage(parts * part)
        precondition(self.storage.count >= parts * part, "memory for \(rows) × \(columns) numbers")
        layout = ab_bfloat16_rows(
            values: self.storage.pointer, stride: padded(columns), part: part, parts: CInt(parts))
    }

    /// Returns the numbers in memory that one part of a matrix takes.
    package static func count(_ rows: Int, _ columns: Int) -> Int { ab_bfloat16_count(rows, columns) }
}

/// A matrix in bfloat16 in pairs of rows: the second factor of a product, or the first one, transposed.
package final class BFloat16Pairs {
    /// The first dimension.
    package let rows: Int
    /// The second dimension.
    package let columns: Int
    /// The layout in memory.
    package let layout: ab_bfloat16_pairs
    private let storage: BFloat16Storage

    /// Makes a matrix of zeros.
    ///
    /// - `parts`: 1, or 2 to store each number as the sum of two bfloat16.
    package init(_ rows: Int, _ columns: Int, parts: Int) {
        (self.rows, self.columns) = (rows, columns)
        let part = ab_bfloat16_count(rows, columns)
        storage = BFloat16Storage(parts * part)
        layout = ab_bfloat16_pairs(
            values: storage.pointer, panel: padded(rows) * Int(AB_BFLOAT16_BLOCK), part: part, parts: CInt(parts))
    }
}

/// Returns a dimension rounded up to whole blocks.
private func padded(_ dimension: Int) -> Int {
    let block = Int(AB_BFLOAT16_BLOCK)
    return (dimension + block - 1) / block * block
}

import Glibc
package import Numerics

/// A named tensor inside a `ParameterBlock`.
package struct TensorLayout: Sendable, Equatable {
    /// Path within the network: `fc0/weight`, `fc0/norm/scale`, `out/bias`, `log_std`.
    package let name: String
    /// The dimensions: [inputs, outputs] for a weight, [count] for a vector.
    package let shape: [Int]
    /// The index of the first element within the block.
    package let offset: Int

    /// The number of elements.
    package var count: Int { shape.reduce(1, *) }
}

/// All parameters of one network in one aligned allocation, so that Adam and Polyak averaging are one loop over it.
///
/// Tensors start on 64-byte boundaries; the gap elements are zero and stay zero. Gradients and Adam moments are blocks
/// of the same layout. Weights are stored as [inputs × outputs] (`y = x·W`); files hold them transposed, see
/// `exported(_:)`.
package final class ParameterBlock {
    /// The tensors in the order they were given.
    package let tensors: [TensorLayout]
    /// The number of elements in the block, gaps included.
    package let count: Int
    /// The `count` elements, on a 64-byte boundary, for reading while the block lives.
    package var values: UnsafePointer<Real> { UnsafePointer(storage) }
    /// Whether elements were written by `mutate` since this was last set to false, so that values derived from them are
    /// stale.
    var isChanged = true
    private let storage: UnsafeMutablePointer<Real>

    /// Makes a zeroed block for tensors of the given names and shapes.
    package init(_ tensors: [(name: String, shape: [Int])]) {
        let alignment = 64 / MemoryLayout<Real>.stride
        var layouts: [TensorLayout] = []
        var offset = 0
        for (name, shape) in tensors {
            let layout = TensorLayout(name: name, shape: shape, offset: offset)
            layouts.append(layout)
            offset += (layout.count + alignment - 1) / alignment * alignment
        }
        self.tensors = layouts
        count = offset
        storage = allocateAligned(offset)
    }

    /// Makes a zeroed block of the same layout.
    package convenience init(like other: ParameterBlock) {
        self.init(other.tensors.map { ($0.name, $0.shape) })
    }

    deinit { free(storage) }

    /// Lets `body` write the elements and records that they have changed. The pointer must not be kept.
    package func mutate<Result>(_ body: (UnsafeMutablePointer<Real>) throws -> Result) rethrows -> Result {
        isChanged = true
        defer { isChanged = true }  // `body` may have run the network in between.
        return try withExtendedLifetime(self) { try body(storage) }
    }

    /// Lets `body` write the tensor `name`, given its first element.
    package func mutate<Result>(
        _ name: String, _ body: (UnsafeMutablePointer<Real>) throws -> Result
    ) rethrows -> Result {
        try mutate { try body($0 + layout(name).offset) }
    }

    /// Copies all values of a block of the same layout.
    package func copy(from other: ParameterBlock) {
        precondition(other.tensors == tensors, "copy between different layouts")
        mutate { $0.update(from: other.storage, count: count) }
    }

    /// A copy of all elements, gaps included.
    package var elements: [Real] { Array(UnsafeBufferPointer(start: storage, count: count)) }

    /// Returns the layout of the tensor `name`; traps if there is none, which is a programming error.
    package func layout(_ name: String) -> TensorLayout {
        guard let layout = tensors.first(where: { $0.name == name }) else {
            preconditionFailure("no tensor \(name)")
        }
        return layout
    }

    /// Returns the first element of the tensor `name`, valid while the block lives. The backward pass writes gradients
    /// through it; parameters are written within `mutate` only.
    package func pointer(_ name: String) -> UnsafeMutablePointer<Real> { storage + layout(name).offset }

    /// Returns a view of the two-dimensional tensor `name`, valid and to be written as `pointer(_:)` says.
    package func matrix(_ name: String) -> MatrixView {
        let layout = layout(name)
        precondition(layout.shape.count == 2, "\(name) is no matrix")
        return MatrixView(pointer: storage + layout.offset, rows: layout.shape[0], columns: layout.shape[1])
    }

    /// Euclidean norm of the whole block, summed in index order.
    package var norm: Double {
        var sum = 0.0
        for i in 0..<count { sum += Double(storage[i]) * Double(storage[i]) }
        return sum.squareRoot()
    }

    /// Returns a tensor as files hold it: a weight as [outputs, inputs], any other tensor unchanged.
    package func exported(_ layout: TensorLayout) -> NamedTensor {
        let source = storage + layout.offset
        guard layout.shape.count == 2 else {
            return NamedTensor(
                name: layout.name, shape: layout.shape,
                values: (0..<layout.count).map { Float(source[$0]) })
        }
        let (inputs, outputs) = (layout.shape[0], layout.shape[1])
        var values = [Float](repeating: 0, count: layout.count)
        for i in 0..<inputs { for o in 0..<outputs { values[o * inputs + i] = Float(source[i * outputs + o]) } }
        return NamedTensor(name: layout.name, shape: [outputs, inputs], values: values)
    }

    /// Sets a tensor from what `exported(_:)` returned; traps if the number of elements differs.
    package func fill(_ layout: TensorLayout, from tensor: NamedTensor) {
        precondition(tensor.values.count == layout.count, "\(tensor.name) has \(tensor.values.count) elements")
        mutate { storage in
            let target = storage + layout.offset
            guard layout.shape.count == 2 else {
                for i in 0..<layout.count { target[i] = Real(tensor.values[i]) }
                return
            }
            let (inputs, outputs) = (layout.shape[0], layout.shape[1])
            for i in 0..<inputs {
                for o in 0..<outputs { target[i * outputs + o] = Real(tensor.values[o * inputs + i]) }
            }
        }
    }
}

/// A tensor outside a network, as files and snapshots hold it, in float32.
package struct NamedTensor: Sendable, Equatable {
    /// The name: as in a file (`fc0.weight`), or as in a `TensorLayout` where `ParameterBlock` makes or takes it.
    package var name: String
    /// The dimensions: [outputs, inputs] for a weight, [count] for a vector.
    package var shape: [Int]
    /// The elements, row-major.
    package var values: [Float]

    /// Traps unless `values` has as many elements as `shape` says.
    package init(name: String, shape: [Int], values: [Float]) {
        precondition(shape.reduce(1, *) == values.count, "\(name): \(values.count) values for shape \(shape)")
        self.name = name
        self.shape = shape
        self.values = values
    }

    /// Whether at most one dimension is longer than one: [A], [1, A], [A, 1].
    package var isVector: Bool { !shape.isEmpty && shape.filter { $0 != 1 }.count <= 1 }
}

import Numerics

public final class ReplayBuffer {
    public private(set) var count = 0
    let capacity: Int
    let s: Int
    let a: Int
    let sa: Matrix
    let ns: Matrix
    let r: Matrix
    let c: Matrix
    let idx: UnsafeMutablePointer<Int32>
    public init(capacity: Int, stateSize: Int, actionSize: Int) {
        self.capacity = capacity
        s = stateSize
        a = actionSize
        sa = Matrix(capacity, s + a)
        ns = Matrix(capacity, s)
        r = Matrix(vector: capacity)
        c = Matrix(vector: capacity)
        idx = .allocate(capacity: 4096)
    }
    public func append(
        observation: UnsafePointer<Real>, action: UnsafePointer<Real>, reward: Real, next: UnsafePointer<Real>,
        terminal: Bool
    ) {
        let i = count % capacity
        sa.row(i).update(from: observation, count: s)
        (sa.row(i) + s).update(from: action, count: a)
        ns.row(i).update(from: next, count: s)
        r[i] = reward
        c[i] = terminal ? 0 : 1
        count += 1
    }
    public func draw(step: Int, stream: RandomStream, into b: Batch) {
        stream.integers(below: min(count, capacity), step: step, into: idx, count: b.size)
        for k in 0..<b.size {
            let i = Int(idx[k])
            b.stateActions.row(k).update(from: sa.row(i), count: s + a)
            b.nextStates.row(k).update(from: ns.row(i), count: s)
            b.rewards[k] = r[i]
            b.continuations[k] = c[i]
        }
    }
}

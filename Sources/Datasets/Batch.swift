import Numerics

public final class Batch {
    public let size: Int
    public let stateSize: Int
    public let actionSize: Int
    public let stateActions: Matrix
    public let nextStates: Matrix
    public let rewards: Matrix
    public let continuations: Matrix
    public init(size: Int, stateSize: Int, actionSize: Int) {
        self.size = size
        self.stateSize = stateSize
        self.actionSize = actionSize
        stateActions = Matrix(size, stateSize + actionSize)
        nextStates = Matrix(size, stateSize)
        rewards = Matrix(vector: size)
        continuations = Matrix(vector: size)
    }
    public var states: MatrixView { stateActions.view.columns(0..<stateSize) }
    public var actions: MatrixView { stateActions.view.columns(stateSize..<stateSize + actionSize) }
}

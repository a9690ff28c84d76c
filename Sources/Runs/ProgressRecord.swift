/// The progress of a rank as reported to rank 0; a fixed number of bytes per message.
package struct ProgressRecord: Equatable {
    /// The number of finished cases of teams led by this rank.
    package var casesDone: Int32 = 0
    /// The index in the plan of the running case, if this rank leads its team; otherwise -1.
    package var caseIndex: Int32 = -1
    /// The number of gradient steps made in the running case.
    package var step: Int32 = 0
    package var stepsPerSecond: Float = 0
    /// The predicted seconds of the finished cases.
    package var workDone: Float = 0
    /// 1 if the rank has nothing left to do, otherwise 0.
    package var isFinished: Int32 = 0
    /// The signal that asked the rank to stop, in which case all others stop, too; negative for a request without a
    /// signal, 0 for no request.
    package var stopSignal: Int32 = 0

    package static let size = 28

    package init() {}

    package var bytes: [UInt8] {
        [
            UInt32(bitPattern: casesDone), UInt32(bitPattern: caseIndex), UInt32(bitPattern: step),
            stepsPerSecond.bitPattern, workDone.bitPattern, UInt32(bitPattern: isFinished),
            UInt32(bitPattern: stopSignal),
        ]
        .flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == ProgressRecord.size else { return nil }
        let words = (0..<7).map { i in (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[4 * i + $1]) << (8 * $1) } }
        casesDone = Int32(bitPattern: words[0])
        caseIndex = Int32(bitPattern: words[1])
        step = Int32(bitPattern: words[2])
        stepsPerSecond = Float(bitPattern: words[3])
        workDone = Float(bitPattern: words[4])
        isFinished = Int32(bitPattern: words[5])
        stopSignal = Int32(bitPattern: words[6])
    }
}

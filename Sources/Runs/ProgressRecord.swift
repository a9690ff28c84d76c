/// What a rank says about itself while it works; a fixed number of bytes on the wire.
package struct ProgressRecord: Equatable {
    /// Finished cases of the teams that this rank has led.
    package var casesDone: Int32 = 0
    /// Index of the running case in the plan, where this rank leads its team; else -1.
    package var caseIndex: Int32 = -1
    /// Gradient steps made of the running case.
    package var step: Int32 = 0
    package var stepsPerSecond: Float = 0
    /// Predicted seconds of the finished cases.
    package var workDone: Float = 0
    /// 1 once the rank has nothing left to do.
    package var isFinished: Int32 = 0
    /// The signal that asked the rank to stop, so that all the others do, too; negative where it was none, 0 where the rank
    /// was not asked.
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

import Numerics

/// What was measured of messages between two ranks, from which their cost is fitted.
package struct MessageTimings: Sendable {
    /// Half the time there and back of messages of so many bytes.
    package var halfRoundTrips: [(bytes: Int, seconds: Double)] = []
    /// A call that sends a short message.
    package var send = 0.0
    /// A call that receives a short message which has arrived.
    package var receive = 0.0
    /// From the first of `burst` short messages in a row to the arrival of the answer to the last.
    package var burstSeconds = 0.0
    package var burst = 0
    /// MPI_Allreduce with our minimum.
    package var reductions: [(bytes: Int, ranks: Int, seconds: Double)] = []

    package init() {}
}

extension LogGPParameters {
    /// The parameters that explain the timings best: G and 2o + L by least squares of the relative errors, o as the mean of
    /// both ends' calls, g from the burst.
    package init(fitting timings: MessageTimings) {
        let line = LogGPParameters.line(timings.halfRoundTrips)
        let overhead = min((timings.send + timings.receive) / 2, line.intercept / 2)
        // There and back are two messages, all but the last message of the burst a gap each.
        let gaps = timings.burstSeconds - 2 * line.intercept
        let gap = timings.burst > 1 ? max(0, gaps / Double(timings.burst - 1)) : overhead
        self.init(
            latency: max(0, line.intercept - 2 * overhead), overhead: overhead, gap: gap, gapPerByte: line.slope)
        let ratios = timings.reductions.compactMap { sample in
            let expected = reduction(bytes: sample.bytes, ranks: sample.ranks)
            return expected > 0 ? sample.seconds / expected : nil
        }
        if !ratios.isEmpty { reductionFactor = median(ratios) }
    }

    /// a + b·k with the least squares of (a + b·kᵢ - tᵢ)/tᵢ, neither a nor b being negative.
    private static func line(_ samples: [(bytes: Int, seconds: Double)]) -> (intercept: Double, slope: Double) {
        var (w, wk, wkk, wt, wkt) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for sample in samples where sample.seconds > 0 {
            let (k, t) = (Double(sample.bytes), sample.seconds)
            let weight = 1 / (t * t)
            w += weight
            wk += weight * k
            wkk += weight * k * k
            wt += weight * t
            wkt += weight * k * t
        }
        let determinant = w * wkk - wk * wk
        guard determinant > 0 else { return (w > 0 ? wt / w : 0, 0) }
        let slope = (w * wkt - wk * wt) / determinant
        guard slope > 0 else { return (wt / w, 0) }
        return (max(0, (wt - slope * wk) / w), slope)
    }
}

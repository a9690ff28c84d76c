import Numerics

/// Measured times of messages between two ranks, to which the cost model is fitted.
package struct MessageTimings: Sendable {
    /// Half the round-trip times of messages, by their size.
    package var halfRoundTrips: [(bytes: Int, seconds: Double)] = []
    /// Seconds of a call that sends a short message.
    package var send = 0.0
    /// Seconds of a call that receives a short message that has already arrived.
    package var receive = 0.0
    /// Seconds from the first of `burst` consecutive short messages to the arrival of the reply to the last.
    package var burstSeconds = 0.0
    package var burst = 0
    /// Seconds of an MPI_Allreduce with our minimum.
    package var reductions: [(bytes: Int, ranks: Int, seconds: Double)] = []

    package init() {}
}

extension LogGPParameters {
    /// Fits the parameters: G and 2o + L by least squares of relative errors, o as the mean of both ends' calls, g from
    /// the burst.
    package init(fitting timings: MessageTimings) {
        let line = LogGPParameters.line(timings.halfRoundTrips)
        let overhead = min((timings.send + timings.receive) / 2, line.intercept / 2)
        // The round trip is two messages; every message of the burst but the last costs a gap.
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

    /// Fits a + b·k by least squares of (a + b·kᵢ - tᵢ)/tᵢ with non-negative a and b.
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

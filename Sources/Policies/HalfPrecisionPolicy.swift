import Failures
import Networks
import Storage

/// Policies rounded to half precision, for files of half the size.
package enum HalfPrecisionPolicy {
    /// Rounds the policy in the file at `path` and writes it to `output`, with its metadata and their key `precision`.
    ///
    /// - Returns: a sentence on tensors that are left out; nil if there are none.
    /// - Throws: `HarnessError.badInput` for an invalid policy, one with a number that half precision cannot hold, and one
    ///   that is invalid after rounding; `HarnessError.io`.
    package static func write(_ path: String, to output: String) throws -> String? {
        let (snapshot, metadata) = try PolicyFile.readWithMetadata(path)
        try withPolicyErrorContext(path) { _ = try PolicyInference(snapshot) }
        let rounded = try snapshot.roundedToHalf(path: path)
        // Deviations of observations may have become 0.
        try withPolicyErrorContext("\(path) in half precision") { _ = try PolicyInference(rounded) }
        try DurableFile.requireOther(than: [path], for: output)
        try DurableFile.requirePlace(for: output)
        try PolicyFile.write(rounded, to: output, metadata: metadata, precision: .half)
        return snapshot.note(onIgnored: path)
    }
}

extension PolicySnapshot {
    /// Returns the policy with every number rounded to the nearest of half precision, ties to even.
    ///
    /// - Throws: `HarnessError.badInput` for a number that half precision cannot hold; names the file at `path`.
    fileprivate func roundedToHalf(path: String) throws -> PolicySnapshot {
        func rounded(_ values: [Float], _ name: String) throws -> [Float] {
            try values.map { value in
                let half = Float(Float16(value))
                guard half.isFinite else {
                    throw HarnessError.badInput(
                        "\(path): tensor \(name) holds \(value), which half precision cannot hold: at most "
                            + "\(Int(Float16.greatestFiniteMagnitude))")
                }
                return half
            }
        }
        var policy = self
        for i in policy.tensors.indices {
            policy.tensors[i].values = try rounded(tensors[i].values, tensors[i].name)
        }
        policy.observationMean = try rounded(observationMean, "observation_mean")
        policy.observationDeviation = try rounded(observationDeviation, "observation_std")
        return policy
    }
}

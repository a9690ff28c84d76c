import Environments
import Failures
import Networks

/// Runs `body` with the policy read from `path`; errors in the policy or its actions become bad input that names the
/// file.
package func withPolicyErrorContext<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as PolicyError {
        throw HarnessError.badInput("\(path): \(error)")
    } catch let error as EnvironmentError where error.isCausedByAction {
        throw HarnessError.badInput("\(path): \(error)")
    }
}

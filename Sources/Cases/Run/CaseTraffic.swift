/// What one rank of a team has sent in the gradient steps of a case.
package struct CaseTraffic: Sendable, Codable, Equatable {
    /// The case's path below `cases/`.
    package let identifier: String
    /// The gradient steps made in this run; at least 1.
    package let steps: Int
    /// The messages sent; a message to two readers counts twice, a reduction once.
    package let messages: Int
    /// The bytes in these messages.
    package let bytes: Int
    /// The seconds spent in MPI calls, mostly waiting.
    package let seconds: Double

    package init(identifier: String, steps: Int, messages: Int, bytes: Int, seconds: Double) {
        self.identifier = identifier
        self.steps = steps
        self.messages = messages
        self.bytes = bytes
        self.seconds = seconds
    }

    /// The messages and kilobytes that were sent per gradient step, and the milliseconds that a step spends in exchanges.
    package var perStep: (messages: Double, kilobytes: Double, milliseconds: Double) {
        let steps = Double(steps)
        return (Double(messages) / steps, Double(bytes) / 1000 / steps, 1000 * seconds / steps)
    }
}

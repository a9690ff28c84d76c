package import Suites

extension TaskClass {
    /// Returns the default of a setting that differs between suites: the value of `others` for this task's suite, or
    /// `standard`, which is that of locomotion.
    package func choose<Value>(_ standard: Value, _ others: [TaskSuite: Value]) -> Value {
        suite.flatMap { others[$0] } ?? standard
    }
}

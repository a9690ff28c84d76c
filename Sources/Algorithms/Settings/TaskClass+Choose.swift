package import Suites

extension TaskClass {
    /// `standard`, or what `others` have for the suite of this task: the default of a setting that differs between suites.
    ///
    /// A suite that is in no table of ours has `standard`, which is locomotion's.
    package func choose<Value>(_ standard: Value, _ others: [TaskSuite: Value]) -> Value {
        suite.flatMap { others[$0] } ?? standard
    }
}

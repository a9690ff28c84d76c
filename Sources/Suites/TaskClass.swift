/// The task, or class of tasks, that a learner's settings are chosen for.
package struct TaskClass: Sendable, Equatable {
    /// A dataset's name without its version ("hopper-medium-replay"), or an environment's for what its datasets have in
    /// common; empty for no task in particular.
    package let task: String
    /// Nil for no task in particular.
    package let suite: TaskSuite?
    /// Elements of an action; nil for no task in particular.
    package let actionSize: Int?

    /// The class of the datasets of `task`, which belongs to `suite`.
    package init(task: String, suite: TaskSuite, actionSize: Int) {
        self.task = task
        self.suite = suite
        self.actionSize = actionSize
    }

    private init() {
        task = ""
        suite = nil
        actionSize = nil
    }

    /// No task in particular: the learner's defaults apply.
    package static let unspecified = TaskClass()
}

package import Numerics

/// All hyperparameters of one case, in a fixed order.
package struct Hyperparameters: Sendable, Equatable {
    /// The settings, in the order in which they are printed.
    package private(set) var settings: [Setting]

    init(_ settings: [Setting]) { self.settings = settings }

    /// The value of a setting; traps unless the learner has it.
    package subscript<Value>(key: SettingKey<Value>) -> Value {
        guard let value = value(of: key) else { preconditionFailure("this learner has no setting '\(key.name)'") }
        return value
    }

    /// Returns the value of a setting; nil if the learner does not have it.
    package func value<Value>(of key: SettingKey<Value>) -> Value? {
        guard let setting = self[key.name] else { return nil }
        guard let value = Value(setting: setting.value) else {
            preconditionFailure("the setting '\(key.name)' is declared with another type than it is read with")
        }
        return value
    }

    /// Returns a setting with its range; nil if the learner does not have it.
    package func setting<Value>(_ key: SettingKey<Value>) -> Setting? { self[key.name] }

    /// Sets a value that the program has chosen; it is not checked against the setting's range.
    package mutating func set<Value>(_ key: SettingKey<Value>, to value: Value, from origin: String) {
        set(key.name, to: value.settingValue, from: origin)
    }

    /// Makes an assignment, which is not checked either.
    package mutating func set(_ assignment: SettingAssignment, from origin: String) {
        set(assignment.name, to: assignment.value, from: origin)
    }

    // Settings by the names that users write.

    /// The setting called `name`; nil if the learner does not have it.
    package subscript(name: String) -> Setting? { settings.first { $0.key == name } }

    /// Sets a value that `Setting.accepted` has returned.
    package mutating func set(_ name: String, to value: SettingValue, from origin: String) {
        guard let index = settings.firstIndex(where: { $0.key == name }) else {
            preconditionFailure("this learner has no setting '\(name)'")
        }
        settings[index].isGuess = false
        guard settings[index].value != value else { return }  // repeating the default keeps its origin
        settings[index].value = value
        settings[index].origin = origin
    }

    // Settings of every learner.

    /// B, the number of transitions in a batch.
    package var batchSize: Int { self[.batch] }

    /// The precision of the products between hidden layers.
    package var precision: Precision { self[.precision] }

    /// γ, the discount; 0 for a learner without it (behaviour cloning does not use rewards).
    package var discount: Double { value(of: .discount) ?? 0 }
}

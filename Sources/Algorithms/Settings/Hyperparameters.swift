package import Numerics

/// All hyperparameters of one case, in a fixed order.
package struct Hyperparameters: Sendable, Equatable {
    /// In the order they are printed in.
    package private(set) var settings: [Setting]

    init(_ settings: [Setting]) { self.settings = settings }

    /// The value of a setting that the learner has: it must be one of its definition.
    package subscript<Value>(key: SettingKey<Value>) -> Value {
        guard let value = value(of: key) else { preconditionFailure("this learner has no setting '\(key.name)'") }
        return value
    }

    /// The value of a setting; nil for a learner without it.
    package func value<Value>(of key: SettingKey<Value>) -> Value? {
        guard let setting = self[key.name] else { return nil }
        guard let value = Value(setting: setting.value) else {
            preconditionFailure("the setting '\(key.name)' is declared with another type than it is read with")
        }
        return value
    }

    /// A setting with its range; nil for a learner without it.
    package func setting<Value>(_ key: SettingKey<Value>) -> Setting? { self[key.name] }

    /// Replaces a value of the program's own choice, which nobody checks against the setting's range.
    package mutating func set<Value>(_ key: SettingKey<Value>, to value: Value, from origin: String) {
        set(key.name, to: value.settingValue, from: origin)
    }

    /// Makes an assignment, likewise.
    package mutating func set(_ assignment: SettingAssignment, from origin: String) {
        set(assignment.name, to: assignment.value, from: origin)
    }

    // What a user's text names.

    /// The setting called `name`, if the learner has it.
    package subscript(name: String) -> Setting? { settings.first { $0.key == name } }

    /// Replaces a value that `Setting.accepted` has passed.
    package mutating func set(_ name: String, to value: SettingValue, from origin: String) {
        guard let index = settings.firstIndex(where: { $0.key == name }) else {
            preconditionFailure("this learner has no setting '\(name)'")
        }
        guard settings[index].value != value else { return }  // what is said again comes from where it came from
        settings[index].value = value
        settings[index].origin = origin
    }

    // What every learner has.

    /// B.
    package var batchSize: Int { self[.batch] }

    /// Of the products between hidden layers.
    package var precision: Precision { self[.precision] }

    /// γ, where the learner has one; 0 for behaviour cloning, which looks at no reward.
    package var discount: Double { value(of: .discount) ?? 0 }
}

/// A value for a setting: "m=10".
package struct SettingAssignment: Sendable, Hashable, CustomStringConvertible {
    /// The key as a study writes it.
    package let name: String
    package let value: SettingValue

    /// Assigns `value` to the setting of `key`.
    package init<Value>(_ key: SettingKey<Value>, _ value: Value) {
        name = key.name
        self.value = value.settingValue
    }

    /// The assignment as in tables and benchmarks: "m=10".
    package var description: String { "\(name)=\(value)" }
}

/// A value for a setting: "m=10".
package struct SettingAssignment: Sendable, Hashable, CustomStringConvertible {
    /// As a study writes the key.
    package let name: String
    package let value: SettingValue

    /// `value` for the setting of `key`.
    package init<Value>(_ key: SettingKey<Value>, _ value: Value) {
        name = key.name
        self.value = value.settingValue
    }

    /// As the columns of tables and the lines of benchmarks have it.
    package var description: String { "\(name)=\(value)" }
}

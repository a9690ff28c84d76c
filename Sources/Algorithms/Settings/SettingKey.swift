package import Numerics

/// The key of a setting and the type of its value. Declared once, so that a misspelling or a wrong type does not compile:
///
///     extension SettingKey<Double> { static var expectile: Self { Self("expectile") } }
package struct SettingKey<Value: SettingRepresentable>: Sendable, Hashable {
    /// The key in a study file and in `config.yaml`: "target_rate".
    package let name: String

    /// Makes the key `name`.
    package init(_ name: String) { self.name = name }
}

/// A type whose values a setting can take.
package protocol SettingRepresentable: Sendable {
    /// Converts a setting's value; nil if it is of another type.
    init?(setting: SettingValue)
    /// The value as a study writes it.
    var settingValue: SettingValue { get }
}

extension Int: SettingRepresentable {
    package init?(setting: SettingValue) {
        guard case .integer(let value) = setting else { return nil }
        self = value
    }

    package var settingValue: SettingValue { .integer(self) }
}

extension Double: SettingRepresentable {
    package init?(setting: SettingValue) {
        guard case .real(let value) = setting else { return nil }
        self = value
    }

    package var settingValue: SettingValue { .real(self) }
}

extension Bool: SettingRepresentable {
    package init?(setting: SettingValue) {
        guard case .flag(let value) = setting else { return nil }
        self = value
    }

    package var settingValue: SettingValue { .flag(self) }
}

/// Widths of hidden layers.
extension [Int]: SettingRepresentable {
    package init?(setting: SettingValue) {
        guard case .integers(let values) = setting else { return nil }
        self = values
    }

    package var settingValue: SettingValue { .integers(self) }
}

/// A choice between words, each a case of an enumeration: its raw values are what a study writes.
package protocol SettingWord: SettingRepresentable, RawRepresentable, CaseIterable where RawValue == String {}

extension SettingWord {
    package init?(setting: SettingValue) {
        guard case .word(let word) = setting else { return nil }
        self.init(rawValue: word)
    }

    package var settingValue: SettingValue { .word(rawValue) }
}

extension Precision: SettingWord {}

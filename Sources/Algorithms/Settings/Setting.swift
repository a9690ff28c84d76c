package import Numerics

/// The value of a hyperparameter.
package enum SettingValue: Sendable, Equatable, CustomStringConvertible {
    case integer(Int)
    case real(Double)
    case flag(Bool)
    case integers([Int])
    /// One of a setting's words.
    case word(String)

    /// As YAML, and as it stands in a case's name.
    package var description: String {
        switch self {
        case .integer(let value): String(value)
        case .real(let value) where value.isInfinite: value < 0 ? "-.inf" : ".inf"
        case .real(let value): value == value.rounded() && abs(value) < 1e6 ? String(Int(value)) + ".0" : "\(value)"
        case .flag(let value): value ? "true" : "false"
        case .integers(let values): "[" + values.map { String($0) }.joined(separator: ", ") + "]"
        case .word(let word): word
        }
    }
}

/// A hyperparameter: its key in a study, what it may be, and its default for one learner on one dataset.
package struct Setting: Sendable, Equatable {
    /// What values are allowed.
    package enum Range: Sendable, Equatable {
        case integer(ClosedRange<Int>)
        case real(ClosedRange<Double>)
        case flag
        /// Widths of hidden layers.
        case widths
        /// One of these words.
        case words([String])
    }

    /// As a study file and `config.yaml` write it, `target_rate`.
    package var key: String
    /// What a study may set it to.
    package var range: Range
    /// The default, or what the study has put in its place.
    package var value: SettingValue
    /// Where the value comes from: the authors' code, our default, the study.
    package var origin: String

    /// A setting at its default, which nobody checks against `range`.
    package init(_ key: String, _ value: SettingValue, _ range: Range, from origin: String) {
        self.key = key
        self.value = value
        self.range = range
        self.origin = origin
    }

    /// `candidate` as a value of this setting; an integral number passes where a real one is asked for, and the
    /// other way round (`1e6`).
    ///
    /// - Returns: nil when it is of the wrong type or out of range; `expectation` says what would be right.
    package func accepted(_ candidate: SettingValue) -> SettingValue? {
        switch (range, candidate) {
        case (.integer(let range), .integer(let value)): return range.contains(value) ? candidate : nil
        case (.integer(let range), .real(let value)):
            guard let integral = Int(exactly: value), range.contains(integral) else { return nil }
            return .integer(integral)
        case (.real(let range), .real(let value)): return range.contains(value) ? candidate : nil
        case (.real(let range), .integer(let value)): return range.contains(Double(value)) ? .real(Double(value)) : nil
        case (.flag, .flag): return candidate
        case (.widths, .integers(let widths)):
            return (1...8).contains(widths.count) && widths.allSatisfy { (1...8192).contains($0) } ? candidate : nil
        case (.words(let words), .word(let word)): return words.contains(word) ? candidate : nil
        default: return nil
        }
    }

    /// What would be accepted, for an error message.
    package var expectation: String {
        switch range {
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .real(let range):
            "a number from \(SettingValue.real(range.lowerBound)) to \(SettingValue.real(range.upperBound))"
        case .flag: "true or false"
        case .widths: "a list of 1 to 8 layer widths from 1 to 8192"
        case .words(let words): "one of \(words.joined(separator: ", "))"
        }
    }
}

/// All hyperparameters of one case, in a fixed order.
package struct Hyperparameters: Sendable, Equatable {
    /// In the order they are printed in.
    package private(set) var settings: [Setting]

    init(_ settings: [Setting]) { self.settings = settings }

    /// The setting called `key`, if this learner has it.
    package subscript(key: String) -> Setting? { settings.first { $0.key == key } }

    /// Replaces a value that `Setting.accepted` has passed.
    package mutating func set(_ key: String, to value: SettingValue, from origin: String) {
        guard let index = settings.firstIndex(where: { $0.key == key }) else {
            preconditionFailure("no setting \(key)")
        }
        guard settings[index].value != value else { return }  // what is said again comes from where it came from
        settings[index].value = value
        settings[index].origin = origin
    }

    /// B, which every learner has.
    package var batchSize: Int { integer("batch") }

    /// γ, where the learner has one; 0 for behaviour cloning, which looks at no reward.
    package var discount: Double { self["discount"] == nil ? 0 : real("discount") }

    /// Of the products between hidden layers, a setting of every learner.
    package var precision: Precision {
        guard let precision = Precision(rawValue: word("precision")) else {
            preconditionFailure("precision: \(word("precision"))")
        }
        return precision
    }

    func integer(_ key: String) -> Int {
        guard case .integer(let value)? = self[key]?.value else { preconditionFailure("\(key) is no integer setting") }
        return value
    }

    func real(_ key: String) -> Double {
        guard case .real(let value)? = self[key]?.value else { preconditionFailure("\(key) is no real setting") }
        return value
    }

    func flag(_ key: String) -> Bool {
        guard case .flag(let value)? = self[key]?.value else { preconditionFailure("\(key) is no flag") }
        return value
    }

    func word(_ key: String) -> String {
        guard case .word(let value)? = self[key]?.value else { preconditionFailure("\(key) is no word") }
        return value
    }

    /// A setting of widths, `hidden`; traps for a key that is none.
    package func widths(_ key: String) -> [Int] {
        guard case .integers(let value)? = self[key]?.value else { preconditionFailure("\(key) is no list") }
        return value
    }
}

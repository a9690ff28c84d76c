/// The value of a hyperparameter.
package enum SettingValue: Sendable, Hashable, CustomStringConvertible {
    case integer(Int)
    case real(Double)
    case flag(Bool)
    case integers([Int])
    /// A word, such as one of `auto`, `exp`, `one`.
    case word(String)

    /// The value in YAML, as in a case's name.
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

/// A hyperparameter: its key in a study, its range, and its default for one learner on one dataset.
package struct Setting: Sendable, Equatable {
    /// The allowed values.
    package enum Range: Sendable, Equatable {
        case integer(ClosedRange<Int>)
        case real(ClosedRange<Double>)
        case flag
        /// Widths of hidden layers.
        case widths
        /// One of these words.
        case words([String])
    }

    /// The key in a study file and in `config.yaml`, such as `target_rate`.
    package var key: String
    /// The values to which a study may set it.
    package var range: Range
    /// The default, or the study's value.
    package var value: SettingValue
    /// The origin of the value: the authors' code, our default, or the study.
    package var origin: String
    /// Whether the value is a default without a measurement or a source for this task.
    package var isGuess = false
    /// Its effect on a step's cost.
    package var cost: StepCost

    /// Makes a setting with its default, which is not checked against `range`.
    package init(_ key: String, _ value: SettingValue, _ range: Range, cost: StepCost = .rate, from origin: String) {
        self.key = key
        self.value = value
        self.range = range
        self.cost = cost
        self.origin = origin
    }

    /// A whole number.
    package init(
        _ key: SettingKey<Int>, _ value: Int, _ range: ClosedRange<Int>, cost: StepCost = .rate, from origin: String
    ) {
        self.init(key.name, .integer(value), .integer(range), cost: cost, from: origin)
    }

    /// A real number.
    package init(
        _ key: SettingKey<Double>, _ value: Double, _ range: ClosedRange<Double>, cost: StepCost = .none,
        from origin: String, isGuess: Bool = false
    ) {
        self.init(key.name, .real(value), .real(range), cost: cost, from: origin)
        self.isGuess = isGuess
    }

    /// True or false.
    package init(_ key: SettingKey<Bool>, _ value: Bool, cost: StepCost = .rate, from origin: String) {
        self.init(key.name, .flag(value), .flag, cost: cost, from: origin)
    }

    /// Widths of hidden layers.
    package init(_ key: SettingKey<[Int]>, _ widths: [Int], from origin: String) {
        self.init(key.name, .integers(widths), .widths, from: origin)
    }

    /// One of the words of an enumeration.
    package init<Word: SettingWord>(
        _ key: SettingKey<Word>, _ value: Word, cost: StepCost = .rate, from origin: String
    ) {
        self.init(key.name, value.settingValue, .words(Word.allCases.map(\.rawValue)), cost: cost, from: origin)
    }

    /// Converts `candidate` to a value of this setting; a whole number is accepted for a real setting, and a real number
    /// with a whole value (`1e6`) for an integer setting.
    ///
    /// - Returns: nil if it is of the wrong type or out of range; `expectation` says what is accepted.
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

    /// The accepted values, for an error message.
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

import Algorithms

/// What a study file asks for: learners × datasets × seeds, and how long each case trains and how it is judged.
public struct Study: Sendable, Equatable {
    /// One learner of the study with the values it does not take from its preset.
    public struct Entry: Sendable, Equatable {
        /// A value set by the study.
        public struct Override: Sendable, Equatable {
            /// Of a setting in the learner's preset.
            public var key: String
            /// Of the setting's type and within its range.
            public var value: SettingValue
        }

        /// Whose preset gives all other values.
        public var learner: LearnerKind
        /// Set for all variants, in file order.
        public var overrides: [Override]
        /// Keys of which every value makes a variant of its own, in file order.
        public var sweep: [(key: String, values: [SettingValue])]

        /// Written out because a sweep is made of tuples.
        public static func == (a: Entry, b: Entry) -> Bool {
            a.learner == b.learner && a.overrides == b.overrides
                && a.sweep.map(\.key) == b.sweep.map(\.key) && a.sweep.map(\.values) == b.sweep.map(\.values)
        }

        /// The overrides of every variant: those of the sweep, one value of each key, come last.
        var variants: [(overrides: [Override], swept: [Override])] {
            var combinations: [[Override]] = [[]]
            for (key, values) in sweep {
                combinations = combinations.flatMap { begun in values.map { begun + [Override(key: key, value: $0)] } }
            }
            return combinations.map { (overrides + $0, $0) }
        }
    }

    /// For people: no file's name and no random stream depends on it.
    public var name: String
    /// D4RL names; our own end in `-r1`.
    public var datasets: [String]
    /// Distinct and not negative, in file order.
    public var seeds: [Int]
    /// Gradient steps of a case.
    public var steps: Int
    /// Gradient steps between evaluations; the last step is always evaluated.
    public var evaluateEvery: Int
    /// Deterministic episodes of an evaluation.
    public var episodes: Int
    /// In file order, which is that of the table's columns.
    public var entries: [Entry]
}

/// What a dataset's name says: "hopper-medium-replay-r1" is the task "hopper-medium-replay" in our recipe 1.
package struct DatasetName: Sendable, Equatable {
    /// The three suites of the paper's table; presets and evaluation differ between them.
    package enum Suite: String, Sendable, CaseIterable {
        /// Gym-MuJoCo.
        case locomotion
        case antmaze
        case kitchen
    }

    /// The whole name.
    package let text: String
    /// The name without its version: D4RL's "-v2" and our "-r1" of a task share their presets.
    package let task: String
    /// Which suite the task belongs to; a task of no known suite counts as locomotion.
    package let suite: Suite

    /// Takes `text` apart; any text will do.
    package init(_ text: String) {
        self.text = text
        let words = text.split(separator: "-")
        let isVersion = words.last.map { "vr".contains($0.prefix(1)) && Int($0.dropFirst()) != nil } ?? false
        task = (isVersion ? words.dropLast() : words[...]).joined(separator: "-")
        suite = Suite.allCases.first { $0.rawValue == words.first.map { String($0) } } ?? .locomotion
    }
}

/// What a dataset's name says: "hopper-medium-replay-r1" is the task "hopper-medium-replay" in our recipe 1.
package struct DatasetName: Sendable, Equatable {
    /// The whole name.
    package let text: String
    /// The name without its version: D4RL's "-v2" and our "-r1" of a task share their presets.
    package let task: String
    /// "v2" or "r1"; nil for a name without a version.
    package let version: String?

    /// Takes `text` apart; any text will do.
    package init(_ text: String) {
        self.text = text
        let words = text.split(separator: "-")
        let isVersion = words.last.map { "vr".contains($0.prefix(1)) && Int($0.dropFirst()) != nil } ?? false
        task = (isVersion ? words.dropLast() : words[...]).joined(separator: "-")
        version = isVersion ? words.last.map { String($0) } : nil
    }

    /// The first word of `text`, which the environments of a suite begin with: "antmaze" of "antmaze-umaze-v2".
    package static func family(of text: String) -> String { String(text.prefix { $0 != "-" }) }
}

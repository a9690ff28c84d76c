import Foundation

/// The warnings of a case, each with its gradient step. In a checkpoint's JSON the step is part of the sentence, as in
/// the versions before, which have no other place for it.
extension CaseProgress {
    /// The learner's warning, in JSON one string: "step 3000: β …".
    package struct LearnerWarning: Sendable, Codable, Equatable, CustomStringConvertible {
        /// The step of the learning curve's row at which it was issued.
        package let step: Int
        package let text: String

        package init(step: Int, text: String) {
            self.step = step
            self.text = text
        }

        package var description: String { "step \(step): \(text)" }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            guard let (step, text) = split(try container.decode(String.self), ": ") else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "expected a warning that begins with 'step N: '")
            }
            self.init(step: step, text: text)
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(description)
        }
    }

    /// The warnings of the simulator during evaluations, in JSON the first sentence and the number of episodes.
    package struct SimulatorWarning: Sendable, Codable, Equatable {
        /// The step of the evaluation with the first warning.
        package let step: Int
        /// The first warning: "episode 0: MuJoCo warned: …".
        package let text: String
        /// The number of episodes with a warning.
        package var episodes: Int

        package init(step: Int, text: String, episodes: Int) {
            self.step = step
            self.text = text
            self.episodes = episodes
        }

        /// The first warning with its step: "step 5000, episode 0: MuJoCo warned: …".
        package var first: String { "step \(step), \(text)" }

        private enum CodingKeys: String, CodingKey { case first, episodes }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            guard let (step, text) = split(try container.decode(String.self, forKey: .first), ", ") else {
                throw DecodingError.dataCorruptedError(
                    forKey: .first, in: container, debugDescription: "expected a warning that begins with 'step N, '")
            }
            self.init(step: step, text: text, episodes: try container.decode(Int.self, forKey: .episodes))
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(first, forKey: .first)
            try container.encode(episodes, forKey: .episodes)
        }
    }
}

/// The number and the rest of "step N" + `separator` + rest; nil for another sentence.
private func split(_ sentence: String, _ separator: String) -> (step: Int, text: String)? {
    guard sentence.hasPrefix("step "), let end = sentence.range(of: separator),
        let step = Int(sentence[..<end.lowerBound].dropFirst("step ".count))
    else { return nil }
    return (step, String(sentence[end.upperBound...]))
}

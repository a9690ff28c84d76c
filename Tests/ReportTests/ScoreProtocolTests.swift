import Environments
import Report
import Testing

@Suite struct ScoreProtocolTests {
    private func counts(_ episodes: [(dataset: String, episodes: [Int])]) -> [ScoreProtocol.Count] {
        episodes.map {
            .init(dataset: $0, suite: EnvironmentRegistry.suite(ofDataset: $0), episodes: $1)
        }
    }

    private func words(_ episodes: [(dataset: String, episodes: [Int])]) -> String {
        let text = ScoreProtocol(.last, counts: counts(episodes)).description
        #expect(text.hasPrefix("last (the final evaluation), "))
        return String(text.dropFirst("last (the final evaluation), ".count))
    }

    @Test func oneNumberForAll() {
        #expect(words([("hopper-medium-v2", [10]), ("antmaze-umaze-v2", [10, 10])]) == "10 episodes each")
        #expect(
            ScoreProtocol(.last, counts: counts([("hopper-medium-v2", [10]), ("x", [10])]))
                == ScoreProtocol(.last, episodes: [10]))
        #expect(words([("hopper-medium-v2", [1])]) == "1 episode each")
        #expect(words([]) == "no episodes each")
    }

    @Test func aSuiteOfItsOwn() {
        #expect(
            words([
                ("hopper-medium-v2", [10]), ("walker2d-medium-v2", [10]), ("antmaze-umaze-v2", [100]),
                ("antmaze-large-play-v2", [100]), ("kitchen-mixed-v0", [50]),
            ]) == "10 episodes each; antmaze 100; kitchen 50")
    }

    @Test func theMostCommonProtocolIsTheRule() {
        #expect(
            words([("hopper-medium-v2", [10]), ("antmaze-umaze-v2", [100]), ("antmaze-large-play-v2", [100])])
                == "100 episodes each; locomotion 10")
        #expect(words([("hopper-medium-v2", [10]), ("antmaze-umaze-v2", [100])]) == "10 episodes each; antmaze 100")
    }

    @Test func datasetsOfASuiteThatDiffer() {
        #expect(
            words([
                ("antmaze-umaze-v2", [100]), ("antmaze-medium-play-v2", [100]), ("antmaze-large-play-v2", [200]),
                ("maze-x-v0", [5]),
            ]) == "100 episodes each; antmaze-large-play-v2 200; maze-x-v0 5")
    }

    @Test func evaluationsThatDiffer() {
        #expect(words([("hopper-medium-v2", [50, 10])]) == "10 or 50 episodes each")
        #expect(
            words([("hopper-medium-v2", [10]), ("hopper-medium-replay-v2", [10]), ("kitchen-mixed-v0", [50, 10])])
                == "10 episodes each; kitchen 10 or 50")
    }
}

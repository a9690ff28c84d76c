import Algorithms
import Testing

@Suite struct SettingTests {
    @Test func acceptsWhatFits() {
        let integer = Setting("m", .integer(5), .integer(1...1024), from: "test")
        #expect(integer.accepted(.integer(7)) == .integer(7))
        #expect(integer.accepted(.real(1e3)) == .integer(1000))
        #expect(integer.accepted(.real(1.5)) == nil)
        #expect(integer.accepted(.integer(0)) == nil)
        let real = Setting("expectile", .real(0.7), .real(0.5...1), from: "test")
        #expect(real.accepted(.integer(1)) == .real(1))
        #expect(real.accepted(.real(1.1)) == nil)
        #expect(real.accepted(.flag(true)) == nil)
        let widths = Setting("hidden", .integers([256]), .widths, from: "test")
        #expect(widths.accepted(.integers([])) == nil)
        #expect(widths.accepted(.integers([32, 0])) == nil)
        #expect(widths.accepted(.integers([32, 16])) == .integers([32, 16]))
    }

    @Test func valuesPrintAsYAML() {
        #expect(SettingValue.real(1).description == "1.0")
        #expect(SettingValue.real(3e-4).description == "0.0003")
        #expect(SettingValue.integers([32, 16]).description == "[32, 16]")
        #expect(SettingValue.flag(true).description == "true")
    }

    /// Every preset's value passes its own check, and every setting names its origin.
    @Test(arguments: LearnerRegistry.standard.learners)
    func presetsAreWithinTheirRanges(learner: LearnerDefinition) {
        let settings = learner.hyperparameters().settings
        #expect(Set(settings.map(\.key)).count == settings.count)
        for setting in settings {
            #expect(setting.accepted(setting.value) == setting.value, "\(setting.key)")
            #expect(!setting.origin.isEmpty)
        }
    }
}

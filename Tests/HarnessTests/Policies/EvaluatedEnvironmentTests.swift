import Environments
import Failures
import Policies
import Testing

@Suite struct EvaluatedEnvironmentTests {
    /// The environments of behaviour policies can be named where policies are run; their rules are D4RL's.
    @Test(arguments: EnvironmentRegistry.behaviourNames) func behaviourEnvironments(_ name: String) throws {
        #expect(try EvaluatedEnvironment.environment(name) == NamedEnvironment(name: name, profile: .d4rl))
        let evaluated = try EvaluatedEnvironment(name, seed: 0, profile: nil)
        #expect(evaluated.environment.specification.name == name)
        let error = #expect(throws: EnvironmentError.self) {
            try EvaluatedEnvironment(name, seed: 0, profile: .gymnasium)
        }
        #expect(error?.exitStatus == .badInput)
    }
}

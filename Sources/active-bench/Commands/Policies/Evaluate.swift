import ArgumentParser
import Environments
import Foundation
import Policies

/// `active-bench evaluate`: runs episodes of a policy on all ranks.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run episodes of a policy and report returns, lengths and normalised scores.",
        discussion: """
            mpirun -n 2 active-bench evaluate --env hopper --policy policy.safetensors --episodes 100

            Episodes are distributed over the ranks; any number of ranks gives the same bytes. FILE is a case's \
            policy.safetensors or one of another framework: tensors fc0.weight [256, observations], fc0.bias, fc1.… for any \
            number of hidden layers, mean.weight, mean.bias, and log_std.weight with log_std.bias or log_std [actions]; \
            metadata head: tanh-gaussian, gaussian-tanh-mean, deterministic-tanh, gaussian or deterministic; optionally \
            activation: relu or tanh, and observation_mean and observation_std [observations] with observation_clip. \
            Exit codes: 0 done, 64 usage, 65 bad input, 69 a library or asset is missing, 70 bug, 74 input or output \
            failed.
            """)

    @Option(
        help: """
            Environment, by our name or Gymnasium's id (Hopper-v4), or a dataset whose version determines the rules \
            (antmaze-umaze-v0: one goal for all episodes).
            """)
    var env: String
    @Option(help: "Policy file (safetensors).")
    var policy: String
    @Option(help: "Episodes to run.")
    var episodes = 10
    @Option(help: "Seed of start states, goals and sampled actions.")
    var seed = 0
    @Flag(help: "Sample actions from the policy instead of taking its squashed mean.")
    var stochastic = false
    @Option(
        help: """
            Dynamics and rewards: \(DynamicsProfile.allCases.map(\.rawValue).joined(separator: ", ")) (default: what the \
            environment's name implies, such as gymnasium for Hopper-v4, otherwise d4rl).
            """)
    var profile: DynamicsProfile?
    @Flag(help: "Print JSON.")
    var json = false
    @Option(help: "HDF5 file to write the trajectories to, in D4RL's layout.")
    var record: String?

    func validate() throws {
        guard (1...1_000_000).contains(episodes) else {
            throw ValidationError("--episodes: expected 1 to 1000000, found \(episodes)")
        }
    }

    func run() throws {
        var request = PolicyEvaluation.Request(environment: env, policy: policy, episodes: episodes)
        request.seed = seed
        request.mode = stochastic ? .stochastic : .deterministic
        request.profile = profile
        request.recording = record
        runOnAllRanks { world in
            try PolicyEvaluation(request, world: world).run { report in
                if let note = report.note { say(note) }
                try emit(json ? report.json() : report.text())
            }
        }
    }
}

extension DynamicsProfile: ExpressibleByArgument {}

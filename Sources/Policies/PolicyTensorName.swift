import Networks

/// The name of a tensor in a policy file, analysed to find out whether it belongs to the policy.
///
/// Training often stores critics, targets and optimisers in the same file, under many names. A tensor is ignored only
/// if every word of its name says that it is not needed; anything else might change how the policy acts.
struct PolicyTensorName {
    private let name: String
    /// The parts of the name between dots and slashes, without leading parts that only group networks.
    private let parts: [Substring]

    init(_ name: String) {
        self.name = name
        let parts = name.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "/" }
        let containers = parts.dropLast().prefix { Self.containers.contains($0) }
        self.parts = Array(parts.dropFirst(containers.count))
    }

    /// Whether a policy with this head acts the same without `tensor`.
    func isPassedOver(_ tensor: SafetensorsFile.Tensor, head: PolicySnapshot.Head) -> Bool {
        if head.isDeterministic, ["log_std", "log_std.weight", "log_std.bias"].contains(name) { return true }
        let words = Self.words(of: parts.first ?? "")
        let all = parts.flatMap { Self.words(of: $0) }
        return Self.isOtherNetworks(words) || Self.isOfTraining(words)
            || Self.isNumberOfTraining(all, isSingle: tensor.shape.allSatisfy { $0 == 1 })
    }

    /// First parts of names that group all networks, the policy's included.
    private static let containers: Set<Substring> = [
        "ac", "actor_critic", "agent", "learner", "mlp_extractor", "model", "models", "module", "modules", "networks",
        "nets", "params", "state_dict", "trainer",
    ]

    /// Networks other than the policy: a name starts with one of these words.
    private static let networks: Set<String> = [
        "critic", "critics", "q", "qs", "qf", "qfs", "qfunction", "qnet", "qnetwork", "qvalue", "v", "vs", "vf", "vnet",
        "vnetwork", "value", "values", "baseline", "advantage", "reward", "rewards", "return", "returns", "ret",
        "discriminator", "ensemble",
    ]

    /// Words that may precede the name of such a network.
    private static let openings: Set<String> = [
        "double", "twin", "soft", "min", "cost", "costs", "safety", "safe", "risk", "constraint",
    ]

    /// Words that may follow it.
    private static let endings: Set<String> = [
        "net", "nets", "network", "networks", "function", "functions", "func", "model", "head", "heads", "rms",
    ]

    /// Lagging copies, even of the policy, and the state of training: the name contains one of these words.
    private static let training: Set<String> = [
        "target", "targets", "targ", "old", "ema", "averaged", "polyak", "optimizer", "optimizers", "optimiser",
        "optimisers", "optim", "optims", "opt", "adam", "avg", "moment", "moments", "scheduler", "schedulers", "rng",
        "replay", "buffer",
    ]

    /// Words that may accompany them.
    private static let trained: Set<String> = [
        "actor", "policy", "pi", "m", "mu", "nu", "exp", "sq", "state", "states", "param", "params", "group", "groups",
        "log", "key",
    ]

    /// Scalars of the training, including counters: a name that is one of these words, or contains one together with
    /// "log".
    private static let numbers: Set<String> = [
        "alpha", "temperature", "temp", "entropy", "ent", "beta", "lagrange", "lr", "rate", "seed", "step", "steps",
        "timestep", "timesteps", "epoch", "epochs", "iteration", "iterations", "it", "update", "updates", "seen",
        "episodes",
    ]

    /// Words that may accompany such a scalar.
    private static let numbered: Set<String> = [
        "log", "target", "learning", "coef", "coefficient", "prime", "multiplier", "num", "n", "total", "global",
        "train",
        "training",
        "gradient", "env", "samples", "count", "value",
    ]

    private static func isOtherNetworks(_ words: [String]) -> Bool {
        let rest = words.drop { openings.contains($0) }
        guard let first = rest.first, networks.contains(first) else { return false }
        return rest.dropFirst().allSatisfy { networks.contains($0) || endings.contains($0) || training.contains($0) }
    }

    private static func isOfTraining(_ words: [String]) -> Bool {
        guard words.contains(where: training.contains) else { return false }
        return words.allSatisfy { word in
            [training, trained, openings, networks, endings, numbers].contains { $0.contains(word) }
        }
    }

    private static func isNumberOfTraining(_ words: [String], isSingle: Bool) -> Bool {
        guard isSingle || words.contains("log"), words.contains(where: numbers.contains) else { return false }
        return words.allSatisfy { numbers.contains($0) || numbered.contains($0) }
    }

    /// The words of an identifier in lower case, split at underscores, digits and capitals: `targetQ1` is "target",
    /// "q".
    private static func words(of identifier: Substring) -> [String] {
        var words: [String] = []
        var last: Character = "_"
        for character in identifier {
            if character.isLetter {
                if !last.isLetter || (character.isUppercase && !last.isUppercase) { words.append("") }
                words[words.count - 1].append(contentsOf: character.lowercased())
            }
            last = character
        }
        return words
    }
}

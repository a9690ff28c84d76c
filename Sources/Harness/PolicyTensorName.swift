import Networks

/// The name of a tensor in a policy's file, read for whose it is.
///
/// Training keeps critics, targets and optimisers in the same file, under names of every kind. What is plainly theirs is
/// passed over; what may change how the policy acts, such as a normalising layer, never is.
struct PolicyTensorName {
    private let name: String
    /// The words of its first part: "target", "critic" of `target_critic1.0.weight`.
    private let words: [String]

    init(_ name: String) {
        self.name = name
        words = Self.words(of: name.prefix { $0 != "." && $0 != "/" })
    }

    /// Of networks besides the policy, of what trains it, and of counters.
    private static let otherWords: Set<String> = [
        "critic", "critics", "q", "qf", "qs", "qfunction", "qnet", "qnetwork", "double", "twin", "v", "vf", "vs",
        "vnet",
        "value", "values", "baseline", "advantage", "target", "targets", "targ", "old", "ema", "averaged", "polyak",
        "optimizer", "optimiser", "optimizers", "optimisers", "optim", "opt", "adam", "exp", "moment", "moments",
        "scheduler", "lr", "alpha", "temperature", "temp", "entropy", "beta", "lagrange", "step", "steps", "epoch",
        "epochs",
        "timesteps", "iteration", "iterations", "it", "reward", "rewards", "return", "returns", "ret", "discriminator",
        "rng", "seed", "buffer",
    ]

    /// Of parts that a policy may have between its layers, before the first or behind the last.
    private static let ownWords: Set<String> = [
        "fc", "mean", "std", "observation", "observations", "obs", "input", "state", "action", "actions", "output",
        "actor", "policy", "pi", "net", "network", "model", "module", "trunk", "body", "backbone", "encoder",
        "extractor",
        "features", "head", "mu", "loc", "sigma", "gaussian", "norm", "normalizer", "normaliser", "normalization",
        "normalisation", "layernorm", "batchnorm", "ln", "bn", "rms", "running", "scale", "shift", "scaler", "bias",
        "weight",
        "squash", "dropout", "embedding", "residual", "max", "min", "low", "high", "clip", "linear", "dense", "layer",
        "layers", "hidden", "out",
    ]

    /// Whether a policy with this head acts the same without `tensor`.
    func isPassedOver(_ tensor: SafetensorsFile.Tensor, head: PolicySnapshot.Head) -> Bool {
        if head.isDeterministic, ["log_std", "log_std.weight", "log_std.bias"].contains(name) { return true }
        if words == ["fc"] || name.hasPrefix("mean.") || name.hasPrefix("log_std") { return false }
        if words.contains(where: Self.otherWords.contains) { return true }
        if words.contains(where: Self.ownWords.contains) { return false }
        // A number alone, such as a counter, is no layer; a part of its own with a name nobody knows is another network.
        return name.contains(".") || name.contains("/") || (isInteger(tensor) && tensor.shape.allSatisfy { $0 == 1 })
    }

    private func isInteger(_ tensor: SafetensorsFile.Tensor) -> Bool {
        ["BOOL", "U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64"].contains(tensor.type)
    }

    /// The words of an identifier in lower case, at every underscore, digit and capital: `targetQ1` is "target", "q".
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

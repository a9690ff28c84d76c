package import Datasets

/// The settings of a dataset's transforms.
extension Hyperparameters {
    /// The transforms that `clip_actions`, `reward` and `normalise_observations` specify.
    package var transforms: TransitionTransforms {
        let limit = self[.clipActions]
        return TransitionTransforms(
            actionLimit: limit < 1 ? limit : nil, reward: self[.reward].transform,
            normalisesObservations: self[.normaliseObservations])
    }
}

/// The common reward transforms, by their words in a study.
package enum RewardWord: String, SettingWord {
    /// No transform.
    case raw
    /// 1000·r/(R_max - R_min), the returns being those of the dataset's trajectories (IQL on locomotion).
    case returnRange = "return-range"
    /// r - 1 (IQL on AntMaze).
    case minusOne = "r-1"
    /// 10r - 5 (CQL on AntMaze).
    case tenTimesMinusFive = "10r-5"
    /// r - 4 (CQL on kitchen, as WSRL runs it).
    case minusFour = "r-4"

    var transform: TransitionTransforms.Reward {
        switch self {
        case .raw: .raw
        case .returnRange: .returnRange(scale: 1000)
        case .minusOne: .affine(scale: 1, shift: -1)
        case .tenTimesMinusFive: .affine(scale: 10, shift: -5)
        case .minusFour: .affine(scale: 1, shift: -4)
        }
    }
}

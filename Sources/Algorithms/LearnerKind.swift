/// The learners there are. A new one is a case here, a file of its own and a preset.
package enum LearnerKind: String, Sendable, CaseIterable, Comparable {
    case bc = "BC"
    case cql = "CQL"
    case td3bc = "TD3+BC"
    case iql = "IQL"
    case sql = "SQL"
    case activeI = "ACTIVE-I"
    case activeS = "ACTIVE-S"

    /// In the order of the paper's table, behaviour cloning first.
    package static func < (a: LearnerKind, b: LearnerKind) -> Bool {
        (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
    }

    /// Whether every gradient step depends on how many are planned: the rate of a policy that is cloned falls along a cosine
    /// which reaches 0 at the last. Only other learners can train for longer than was planned.
    package var followsHorizon: Bool {
        switch self {
        case .cql, .td3bc: false
        case .bc, .iql, .sql, .activeI, .activeS: true
        }
    }

    /// A fresh learner.
    ///
    /// - Parameter hyperparameters: a preset of this learner, possibly with other values.
    package func make(_ hyperparameters: Hyperparameters, problem: Problem) -> any Learner {
        switch self {
        case .bc: BC(.init(hyperparameters), problem: problem)
        case .cql: CQL(.init(hyperparameters, actions: problem.actions), problem: problem)
        case .td3bc: TD3BC(.init(hyperparameters), problem: problem)
        case .iql: IQL(.init(hyperparameters), problem: problem)
        case .sql: SQL(.init(hyperparameters), problem: problem)
        case .activeI:
            ACTIVE(
                .init(hyperparameters, loss: .expectile(tau: hyperparameters.real("expectile"))), problem: problem)
        case .activeS:
            ACTIVE(.init(hyperparameters, loss: .sparse(alpha: hyperparameters.real("alpha"))), problem: problem)
        }
    }
}

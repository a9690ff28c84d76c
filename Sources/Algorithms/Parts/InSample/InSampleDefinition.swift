import Networks
import Suites

// The common parts of the definitions of in-sample learners.

extension SettingKey<Int> {
    /// The number of critics: 2 for clipped double Q-learning, or 1.
    static var critics: Self { Self("critics") }
}

extension SettingKey<Double> {
    /// τ of the expectile loss.
    static var expectile: Self { Self("expectile") }
}

extension SettingKey<Bool> {
    /// Whether V's hidden layers are layer-normalised.
    package static var valueLayerNorm: Self { Self("value_layer_norm") }
}

extension InSampleNetworks {
    /// τ, of IQL and ACTIVE-I.
    static func expectile(_ task: TaskClass) -> Setting {
        Setting(.expectile, task.choose(0.7, [.antmaze: 0.9]), 0.5...1, from: Origin.iqlCode)
    }

    /// α of the sparse loss, of SQL and ACTIVE-S.
    static func sparsity(_ task: TaskClass) -> Setting {
        let maze = task.task == "antmaze-umaze-diverse" ? 3 : 0.1
        return Setting(.alpha, task.choose(1, [.antmaze: maze, .kitchen: 0.5]), .positive, from: Origin.sqlCode)
    }

    /// Adam's rate of SQL and ACTIVE-S.
    static func sparseRate(_ task: TaskClass) -> Double { task.choose(3e-4, [.antmaze: 2e-4]) }

    /// The settings that every in-sample learner has, after its own.
    static func settings(_ task: TaskClass, layerNorm: Bool, rate: Double, from origin: String) -> [Setting] {
        [
            Setting(.weightCap, 100, .positive, from: origin),
            Setting(.learningRate, rate, .rates, from: origin),
            Setting(.critics, 2, 1...2, cost: .operations, from: origin),
            Setting(.valueLayerNorm, layerNorm, from: layerNorm ? Origin.sqlCode : Origin.iqlCode),
            Setting.actorDropout(task, from: origin),
        ] + Setting.offPolicy(from: origin) + Setting.shape([256, 256], from: origin)
            + Setting.data(
                clip: true, task.choose(.returnRange, [.antmaze: .minusOne, .kitchen: .raw]), from: origin)
    }

    /// A step of IQL and SQL: V's step, V at s and at s'; Q̂(s,a) and Q's step; the policy's step.
    static func work(_ settings: Hyperparameters, members: Int, states: Int, actions: Int) -> [NetworkWork] {
        let hidden = settings[.hidden]
        let values = (0..<members).map { i in
            var value = NetworkWork(.values, i, states, hidden, 1)
            value.layerNorm = settings[.valueLayerNorm]
            value.trainings = 1
            value.forwards = 2
            return value
        }
        return values + NetworkWork.critics(settings[.critics], states: states, actions: actions, hidden: hidden)
            + [.policy(states: states, hidden: hidden, outputs: actions)]
    }
}

extension AdvantageWeightedPolicy {
    /// The dropout masks of a training pass, where there is dropout.
    static func noise(_ settings: Hyperparameters) -> [NoiseDraw] {
        settings[.actorDropout] > 0 ? [NoiseDraw(.policyDropout, .masks(widths: settings[.hidden]))] : []
    }
}

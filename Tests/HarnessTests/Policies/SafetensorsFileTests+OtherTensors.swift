import Networks
import Testing

// Tensors that a policy does not need.
extension SafetensorsFileTests {
    @Test(arguments: [
        "critic.0.weight", "critics/0/kernel", "target_critic.fc0.weight", "critic_target.l1.weight", "q1.fc0.weight",
        "qf1.0.weight", "qf2.out.bias", "qf1_target.0.weight", "targetQ1", "Q1.weight", "QNetwork.0.bias",
        "vf.0.weight",
        "doubleCritic.0.weight", "value_net.fc0.weight", "value.0.weight", "V.0.weight", "baseline.weight",
        "policy_target.mean.weight", "target_actor.fc0.weight", "targetActor.l1.weight", "old_policy.fc0.weight",
        "ema.fc0.weight", "actor_optimizer.state.0.exp_avg", "optimizer.state.0.exp_avg_sq", "critic_optimiser.x",
        "opt_state/0/mu", "adam.m.fc0.weight", "exp_avg.fc0.weight", "lr_scheduler.base_lrs", "alpha_optim.state",
        "log_alpha", "temp/log_temp", "ret_rms.mean", "ensemble.0.weight", "discriminator.0.weight", "replay_buffer.x",
        "rng_state", "model.critic.0.weight", "mlp_extractor.value_net.0.weight", "ac.q1.q.0.weight",
        "state_dict.agent.target_critic.0.weight", "safety_critic.0.weight", "cost_critic.0.weight",
        "costCritic1.l1.bias", "adam_m.fc0.weight", "adam_v/fc0/bias", "adam.nu.mean.weight",
    ])
    func tensorsOfOtherNetworksAreIgnored(name: String) throws {
        let snapshot = try read(file(Self.policy + [Entry(name, [3, 3])]))
        #expect(snapshot.ignoredTensors == [name] && snapshot.tensors.count == 4)
        // Their type and contents do not matter then.
        let strange = Entry(name, "F8_UNKNOWN", [3], bytes: [1, 2])
        #expect(try read(file([strange] + Self.policy)).ignoredTensors == [name])
    }

    @Test(
        arguments: [
            ("step", "I64", [1]), ("global_step", "I64", []), ("num_timesteps", "I32", []), ("total_it", "F32", [1]),
            ("seen", "U16", []), ("epoch", "U16", [1, 1]), ("alpha", "F32", [1]), ("temperature", "F32", []),
            ("target_entropy", "F32", []), ("ent_coef", "F32", [1]), ("agent.n_updates", "I64", []),
            ("seed", "I64", []), ("learning_rate", "F32", []), ("log_learning_rate", "F64", [1]),
        ] as [(String, String, [Int])])
    func scalarsOfTheTrainingAreIgnored(name: String, type: String, shape: [Int]) throws {
        let counter = Entry(
            name, type, shape, bytes: Array(repeating: 1, count: ["I64": 8, "F64": 8, "U16": 2][type] ?? 4))
        #expect(try read(file(Self.policy + [counter])).ignoredTensors == [name])
    }

    @Test(arguments: [
        "ln0.weight", "norm.0.bias", "layer_norm1.scale", "fc0_norm.weight", "obs_rms.mean", "observation_scale",
        "max_action", "action_bias", "actor.fc0.weight", "policy/log_std", "feature_extractor.0.weight", "fc0.weight_v",
        "std", "world.transition.weight", "fc0_alpha", "fc0_beta.weight", "fc0_ema_scale", "fc0_step", "fc0.target",
        "fc_target.weight", "encoder_v2.weight", "norm_v1.scale", "obs_norm_ema.mean", "prelu.weight", "conv1.weight",
        "mlp.0.weight", "projection.weight", "rescale.weight", "gamma", "log_std_v2", "fc", "mean_ema.weight",
        "mean.target", "log_std_target", "observation_mean_old", "actor_v2.weight", "q_proj.weight", "v_proj.weight",
        "attention.value.weight", "model.fc0.weight", "layernorm.beta", "prelu.alpha", "rms_v1.scale", "0.weight", "ü",
        ".critic", "critic_encoder.weight", "actor_critic.pi.weight",
        // A training state's numbers are scalars; arrays of these names may be a layer's.
        "seen", "alpha", "step", "beta", "temperature",
    ])
    func tensorsThatMayBelongToThePolicyAreRefused(name: String) {
        let sentence = refusal(file(Self.policy + [Entry(name, [3])]))
        #expect(
            sentence.hasPrefix("the policy's tensor \(name) has no place in it: expected fc0.weight"), "\(sentence)")
    }

    @Test func tensorsThatAHeadDoesNotNeedAreIgnored() throws {
        let deviation = Entry("log_std", [1, 2])
        #expect(try read(file(Self.policy + [deviation])).ignoredTensors == ["log_std"])
        let gaussian = try read(file(Self.policy + [deviation], metadata: #"{"head":"gaussian-tanh-mean"}"#))
        #expect(gaussian.ignoredTensors.isEmpty && gaussian.tensor("log_std")?.shape == [1, 2])
    }

    @Test func namesOfOtherFrameworksAreShown() {
        let names = ["trunk.0.weight", "trunk.0.bias", "trunk.2.weight", "trunk.2.bias", "trunk.4.weight"]
        #expect(
            refusal(file(names.map { Entry($0, [1]) }))
                == "the policy has no tensor mean.weight; found trunk.0.bias, trunk.0.weight, trunk.2.bias, trunk.2.weight, …"
        )
        #expect(refusal(file([])) == "the policy has no tensor mean.weight; the file has no tensors")
    }
}

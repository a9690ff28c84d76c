import ExampleInputs
import Failures
import Foundation
import Networks
import Policies
import ScratchFiles
import Testing

/// Policy files of other frameworks, written here without the product's own writer.
@Suite struct SafetensorsFileTests {
    private let folder = TemporaryFolder()
    private var path: String { folder("policy.safetensors") }

    /// A tensor as stored in a file.
    private struct Entry {
        var name: String
        var type = "F32"
        var shape: [Int]
        var bytes: [UInt8]

        init(_ name: String, _ shape: [Int], _ values: [Float]? = nil) {
            (self.name, self.shape) = (name, shape)
            let values = values ?? (0..<shape.reduce(1, *)).map { Float($0 % 7) / 8 - 0.25 }
            bytes = values.flatMap { littleEndian($0.bitPattern) }
        }

        init(_ name: String, _ type: String, _ shape: [Int], bytes: [UInt8]) {
            (self.name, self.type, self.shape, self.bytes) = (name, type, shape, bytes)
        }
    }

    /// A policy for three observations and two actions; all its numbers are exact in every type.
    private static let policy = [
        Entry("fc0.weight", [4, 3]), Entry("fc0.bias", [4]), Entry("mean.weight", [2, 4]), Entry("mean.bias", [2]),
    ]
    private static let metadata = #"{"head":"deterministic-tanh"}"#

    private func file(_ entries: [Entry], metadata: String = metadata) -> [UInt8] {
        var body: [UInt8] = []
        let header = entries.map { entry in
            body += entry.bytes
            return #""\#(entry.name)":{"dtype":"\#(entry.type)","shape":\#(entry.shape),"data_offsets":"#
                + "[\(body.count - entry.bytes.count),\(body.count)]}"
        }
        return file(json: "{\((["\"__metadata__\":\(metadata)"] + header).joined(separator: ","))}", body: body)
    }

    private func file(json: String, body: [UInt8] = []) -> [UInt8] {
        littleEndian(UInt64(json.utf8.count)) + json.utf8 + body
    }

    /// A file whose header is in UTF-16, little-endian and without a byte-order mark.
    private func utf16(_ json: String) -> [UInt8] {
        let header = json.utf16.flatMap { littleEndian($0) }
        return littleEndian(UInt64(header.count)) + header
    }

    private func read(_ file: [UInt8]) throws -> PolicySnapshot {
        put(file, at: path)
        let snapshot = try PolicyFile.read(path)
        _ = try PolicyInference(snapshot)
        return snapshot
    }

    /// The error's sentence for a file that is refused, without its path; empty for one that is read.
    private func refusal(_ file: [UInt8]) -> String {
        do {
            _ = try read(file)
            return ""
        } catch {
            #expect(error is HarnessError || error is PolicyError)
            return "\(error)".replacing(path + ": ", with: "")
        }
    }

    // MARK: Types of numbers

    @Test(arguments: ["F16", "BF16", "F64"]) func otherTypesAreConverted(type: String) throws {
        let expected = try read(file(Self.policy))
        let converted = Self.policy.map { entry in
            Entry(entry.name, type, entry.shape, bytes: numbers(entry.bytes).flatMap { Self.encode($0, type) })
        }
        #expect(try read(file(converted)) == expected)
    }

    /// A number between two single-precision numbers is rounded to the nearer, in one step.
    @Test func numbersAreRoundedOnce() throws {
        let wide = [0.1, 1 + 0x1p-24, 1 + 0x1.8p-23, -1e-46]
        var entries = Self.policy
        entries[1] = Entry("fc0.bias", "F64", [4], bytes: wide.flatMap { littleEndian($0.bitPattern) })
        let values = try read(file(entries)).tensor("fc0.bias")?.values
        #expect(values == [0.1, 1, 1 + 0x1p-22, -0.0])
    }

    @Test(
        arguments: [
            (
                "F64", littleEndian(1e300.bitPattern),
                "tensor mean.bias holds 1e+300, which single precision cannot hold"
            ),
            (
                "F64", littleEndian(Double.infinity.bitPattern),
                "the policy's mean.bias holds a value that is not finite"
            ),
            ("F16", littleEndian(UInt16(0x7C00)), "the policy's mean.bias holds a value that is not finite"),
            ("BF16", littleEndian(UInt16(0x7FC0)), "the policy's mean.bias holds a value that is not finite"),
            (
                "I64", littleEndian(Int64(1)),
                "tensor mean.bias is I64, expected F32, or F16, BF16 or F64, which are converted"
            ),
            ("U8", [1], "tensor mean.bias is U8, expected F32, or F16, BF16 or F64, which are converted"),
            ("F8_E4M3", [1], "tensor mean.bias is F8_E4M3, expected F32, or F16, BF16 or F64, which are converted"),
            (
                "C64", [0, 0, 0, 0, 0, 0, 0, 0],
                "tensor mean.bias is C64, expected F32, or F16, BF16 or F64, which are converted"
            ),
        ] as [(String, [UInt8], String)])
    func numbersThatCannotBeConverted(type: String, number: [UInt8], sentence: String) {
        var entries = Self.policy
        entries[3] = Entry("mean.bias", type, [2], bytes: number + number)
        #expect(refusal(file(entries)) == sentence)
    }

    // MARK: Other tensors

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

    // MARK: Metadata

    @Test func metadataComeBack() throws {
        var snapshot = PolicySnapshot.example("formed")
        snapshot.head = .gaussian
        snapshot.activation = .tanh
        snapshot.observationMean = Array(repeating: 0.5, count: 11)
        snapshot.observationDeviation = Array(repeating: 2, count: 11)
        snapshot.observationClip = 10
        try PolicyFile.write(snapshot, to: path)
        #expect(try PolicyFile.read(path) == snapshot)
    }

    @Test(arguments: [
        (#"{"head":"gaussian-squashed"}"#, "metadata head is 'gaussian-squashed', expected one of tanh-gaussian, "),
        (#"{"head":"deterministic","activation":"gelu"}"#, "metadata activation is 'gelu', expected one of relu, tanh"),
        (#"{"head":"deterministic","activation":"ReLU"}"#, "metadata activation is 'ReLU', expected one of relu, tanh"),
        (
            #"{"head":"deterministic","observation_clip":"ten"}"#,
            "metadata observation_clip is 'ten', expected a positive "
        ),
        (
            #"{"head":"deterministic","observation_clip":"0x10"}"#,
            "metadata observation_clip is '0x10', expected a positive "
        ),
        (#"{"head":"deterministic","observation_clip":"0"}"#, "metadata observation_clip is '0', expected a positive "),
        (
            #"{"head":"deterministic","observation_clip":"inf"}"#,
            "metadata observation_clip is 'inf', expected a positive "
        ),
        (
            #"{"head":"deterministic","observation_clip":"10"}"#,
            "metadata observation_clip holds for normalised observations: "
        ),
    ])
    func unknownMetadata(metadata: String, sentence: String) {
        #expect(refusal(file(Self.policy, metadata: metadata)).hasPrefix(sentence))
    }

    // MARK: The container

    @Test func damagedContainers() {
        let whole = file(Self.policy)
        let json = { (entries: String) in #"{"__metadata__":\#(Self.metadata),\#(entries)}"# }
        let bias = #""mean.bias":{"dtype":"F32","shape":[2],"data_offsets":"#
        let cases: [(file: [UInt8], sentence: String)] = [
            (whole + [0, 0, 0], "3 bytes follow the last tensor"),
            (
                file(json: json(bias + "[4,12]}"), body: Array(repeating: 0, count: 12)),
                "the 4 bytes before tensor mean.bias belong to no tensor"
            ),
            (
                file(
                    json: json(bias + #"[0,8]},"x":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}"#),
                    body: Array(repeating: 0, count: 16)),
                "the 4 bytes before tensor x belong to no tensor"
            ),
            (
                file(
                    json: json(bias + #"[0,8]},"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}"#),
                    body: Array(repeating: 0, count: 12)),
                "tensors mean.bias and x share bytes"
            ),
            (
                file(json: json(bias + "[0,8]}," + bias + "[0,8]}"), body: Array(repeating: 0, count: 8)),
                "the safetensors header has 'mean.bias' more than once"
            ),
            (
                file(json: json(bias + #"[0,8]},"mean.bia\u0073":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#)),
                "the safetensors header has 'mean.bias' more than once"
            ),
            (
                file(json: #"{"__metadata__":{"head":"gaussian","head":"deterministic"}}"#),
                "the safetensors header has 'head' more than once"
            ),
            (
                file(json: #"{"__metadata__":{"head":"gaussian","seed":3}}"#),
                "the safetensors header's __metadata__ contains values other than strings"
            ),
            (
                file(json: #"{"__metadata__":[1]}"#),
                "the safetensors header's __metadata__ contains values other than strings"
            ),
            (
                file(json: json(#""x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}"#)),
                "the safetensors header is not a valid JSON object"
            ),
            (
                file(json: json(#""x":{"dtype":"F32","shape":[2]}"#)),
                "the safetensors header's 'x' is not a tensor: expected dtype, shape and data_offsets"
            ),
            (littleEndian(UInt64(4)) + [0x7B, 0x22, 0xE4, 0x7D], "the safetensors header is not UTF-8"),
            (file(json: "\u{FEFF}{}"), "the safetensors header is not a valid JSON object"),
            (file(json: " {}"), "the safetensors header is not a valid JSON object"),
            (file(json: "{}\0"), "the safetensors header is not a valid JSON object"),
            // UTF-16 that is also valid UTF-8: the bytes of its characters are closing brackets.
            (
                utf16("{\"__metadata__\":{\"x\":\"\u{7D7D}\u{7D7D}\u{7D7D}\u{7D7D}\"}}"),
                "the safetensors header is not a valid JSON object"
            ),
            (
                Array("PK\u{3}\u{4}".utf8) + Array(repeating: 0, count: 400),
                "expected a safetensors file, found a zip archive"
            ),
            (
                Array("version https://git-lfs.github.com/spec/v1\n".utf8),
                "expected a safetensors file, found a Git LFS pointer (`git lfs pull` "
            ),
            (Array("<!DOCTYPE html><html>".utf8), "expected a safetensors file, found an HTML page"),
            (
                [0x80, 2, 0x8A, 0x0A] + Array(repeating: 1, count: 40),
                "expected a safetensors file, found a Python pickle"
            ),
            (Array("PAR1".utf8) + Array(repeating: 1, count: 40), "expected a safetensors file, found a Parquet file"),
            ([0x89] + Array("HDF\r\n\u{1A}\n".utf8) + [0, 0], "expected a safetensors file, found an HDF5 file"),
            // Headers of 35,615 and 640 bytes begin like gzip and a pickle.
            ([0x1F, 0x8B, 0, 0, 0, 0, 0, 0] + Array("{}".utf8), "header of 35615 bytes in a file of 10: truncated"),
            ([0x80, 2, 0, 0, 0, 0, 0, 0] + Array("{}".utf8), "header of 640 bytes in a file of 10: truncated"),
        ]
        for (file, sentence) in cases {
            let found = refusal(file)
            #expect(found.hasPrefix(sentence), "\(found)")
        }
        #expect(refusal(whole).isEmpty)
    }

    /// The length exceeds the limit of the format's own library; the file is sparse and takes no space.
    @Test func aHeaderBeyondTheLimit() throws {
        put(littleEndian(UInt64(100_000_001)), at: path)
        truncate(path, 100_000_009)
        #expect(
            throws: HarnessError.badInput(
                "\(path): not a safetensors file: its first 8 bytes would be a header's length of 100000001 bytes, where the "
                    + "format allows 100000000")
        ) {
            try PolicyFile.read(path)
        }
    }

    private func numbers(_ bytes: [UInt8]) -> [Float] {
        stride(from: 0, to: bytes.count, by: 4).map { at in
            Float(bitPattern: bytes[at..<at + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
        }
    }

    private static func encode(_ number: Float, _ type: String) -> [UInt8] {
        switch type {
        case "F16": littleEndian(Float16(number).bitPattern)
        case "BF16": littleEndian(UInt16(number.bitPattern >> 16))
        default: littleEndian(Double(number).bitPattern)
        }
    }
}

private func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

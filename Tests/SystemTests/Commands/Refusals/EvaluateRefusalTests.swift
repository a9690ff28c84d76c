import ExampleInputs
import Foundation
import Networks
import Policies
import ProgramRuns
import ScratchFiles
import Testing

/// `evaluate` refuses with one sentence and its exit code, whichever rank finds the error.
@Suite struct EvaluateRefusalTests {
    private let folder = TemporaryFolder()
    private let policy = SystemRun.inputs("policy.safetensors")

    @Test(arguments: [
        ("hoper", "did you mean 'hopper'?"),
        ("hopper-medum-v2", "did you mean 'hopper-medium'"),
        ("hopper-v7", "'hopper' is Gymnasium's v4 with --profile gymnasium, its v5 with --profile gymnasium-v5"),
        ("FrankaKitchen-v1", "'kitchen-complete', 'kitchen-partial' or 'kitchen-mixed' with --profile gymnasium"),
        ("humanoid", "Gymnasium's humanoids, which this program does not have; known: 'hopper'"),
    ])
    func anUnknownEnvironment(name: String, hint: String) throws {
        let child = try evaluate(name, ranks: name == "hoper" ? 2 : nil)
        #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
        #expect(child.errorLines.first?.hasPrefix("there is no environment '\(name)'; ") == true, "\(child.output)")
        #expect(child.errorLines.first?.contains(hint) == true, "\(child.output)")
    }

    @Test(arguments: [nil, 2]) func aPolicyThatDoesNotFit(ranks: Int?) throws {
        let errorLines = [
            ("hopper", folder("absent"), "no such policy file"),
            ("walker2d", policy, "the policy takes 11 observations and gives 3 actions, but walker2d has 17 and 6"),
            (
                "hopper", try broken("misshapen") { $0.tensors[0].shape = [11, 16] },
                "the policy's fc0.weight has shape [11, 16], expected [16, 11]: it looks transposed; weights are [outputs, inputs]"
            ),
            (
                "hopper", try broken("cubic") { $0.tensors[0].shape = [16, 11, 1] },
                "the policy's fc0.weight has shape [16, 11, 1], expected [outputs, inputs]"
            ),
            (
                "hopper", try broken("extra") { $0.add("observation_scale", [1]) },
                "the policy's tensor observation_scale has no place in it: expected fc0.weight, fc0.bias, fc1.…, "
                    + "mean.weight, mean.bias, and log_std or log_std.weight with log_std.bias"
            ),
            (
                "hopper", try broken("double") { $0.add("log_std", [0, 0, 0]) },
                "the policy's tensor log_std.weight has no place in it: expected fc0.weight, fc0.bias, fc1.…, "
                    + "mean.weight, mean.bias, and log_std or log_std.weight with log_std.bias"
            ),
            (
                "hopper", try broken("halved") { $0.add("observation_mean", Array(repeating: 0, count: 11)) },
                "the policy has no tensor observation_std"
            ),
            (
                "hopper", try broken("nan") { $0.tensors[1].values[3] = .nan },
                "the policy's fc0.bias holds a value that is not finite"
            ),
        ]
        // Any rank refuses what one process refuses: two sentences suffice to show that it is reported once.
        for (environment, file, errorLine) in ranks == nil ? errorLines : Array(errorLines.prefix(2)) {
            let child = try evaluate(environment, policy: file, ranks: ranks)
            #expect(child.exitCode == 65 && child.errorLines == ["\(file): \(errorLine)"], "\(child.output)")
            #expect(child.standardOutput.isEmpty)
        }
    }

    /// The sentence names the first episode, not the first rank.
    @Test(arguments: [nil, 2, 3]) func aPolicyThatOverflows(ranks: Int?) throws {
        let path = try broken("overflowing") { snapshot in
            for i in snapshot.tensors.indices {
                snapshot.tensors[i].values = snapshot.tensors[i].values.map { $0 * 3e38 }
            }
        }
        let child = try evaluate("hopper", policy: path, ranks: ranks)
        #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
        let start = "\(path): in episode 0 'hopper' was given a non-finite action: element "
        #expect(child.errorLines.first?.hasPrefix(start) == true, "\(child.output)")
        let recording = try ChildProcess.run(
            "active-bench",
            [
                "collect", "rollout", "--env", "hopper", "--policy", path, "--transitions", "10", "--out",
                folder("x.hdf5"),
            ])
        #expect(recording.exitCode == 65 && recording.errorLines.first?.hasPrefix("\(path): ") == true)
    }

    /// The error is reported before the first episode where possible; a finished report is printed in any case.
    @Test(arguments: [nil, 2]) func aRecordingThatCannotBeWritten(ranks: Int?) throws {
        put([1], at: folder("file"))
        for (path, code) in [(folder("file/out.hdf5"), 74), (folder.path, 65)] as [(String, Int32)] {
            let child = try evaluate("hopper", "--record", path, ranks: ranks)
            #expect(child.exitCode == code && child.errorLines.count == 1, "\(child.output)")
            #expect(child.standardOutput.isEmpty)
        }
        #expect(try evaluate("hopper", "--record", "").exitCode == 64)
    }

    /// A policy file is not overwritten by an output, whatever name it has.
    @Test func anOutputThatIsThePolicy() throws {
        let path = folder("policy.safetensors")
        put(bytes(of: policy), at: path)
        try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: path)
        for arguments in [
            ["evaluate", "--episodes", "1", "--record", folder("link")],
            ["collect", "rollout", "--transitions", "10", "--out", folder(".") + "/policy.safetensors"],
            ["render", "--steps", "1", "--out", path],
        ] {
            let child = try ChildProcess.run("active-bench", arguments + ["--env", "hopper", "--policy", path])
            #expect(child.exitCode == 65 && child.errorLines.count == 1, "\(child.output)")
            #expect(bytes(of: path) == bytes(of: policy))
        }
    }

    /// Paths without a folder, used inside the folder.
    @Test func relativePaths() throws {
        try FileManager.default.createDirectory(atPath: folder("taken"), withIntermediateDirectories: false)
        for (name, code) in [("taken", 65), ("taken/", 65), ("new.hdf5", 0)] {
            let child = try ChildProcess.run(
                "active-bench",
                ["evaluate", "--env", "hopper", "--policy", policy, "--episodes", "1", "--record", name],
                prefix: ["env", "-C", folder.path])
            #expect(child.exitCode == code, "\(name): \(child.output)")
        }
        #expect(Set(folder.contents) == ["taken", "new.hdf5"])
    }

    @Test func aReportThatCannotBeWritten() throws {
        let child = try ChildProcess.run(
            "active-bench", ["evaluate", "--env", "hopper", "--policy", policy, "--episodes", "1"],
            prefix: ["sh", "-c", "exec \"$@\" > /dev/full", "sh"])
        #expect(child.exitCode == 74, "\(child.output)")
        #expect(child.errorLines.last?.hasSuffix("standard output: cannot write: No space left on device") == true)
    }

    @Test func invalidCommandLines() throws {
        let fixed = try broken("fixed") { snapshot in
            snapshot.head = .deterministicTanh
            snapshot.tensors.removeAll { $0.name.hasPrefix("log_std") }
        }
        let drawn = try evaluate("hopper", "--stochastic", policy: fixed)
        #expect(drawn.exitCode == 65 && drawn.errorLines == ["\(fixed): a deterministic policy has no actions to draw"])
        let folderAsPolicy = try evaluate("hopper", policy: folder.path)
        #expect(folderAsPolicy.errorLines == ["\(folder.path): cannot read the policy: it is a folder"])
        let drawing = try ChildProcess.run(
            "active-bench", ["render", "--out", folder("x"), "--env", "hopper", "--policy", policy], ranks: 2)
        #expect(drawing.exitCode == 64 && drawing.errorLines.first?.hasSuffix("and 2 were started") == true)
    }

    /// The environment's name selects environment and profile and changes nothing else.
    @Test func anyNameOfAnEnvironmentGivesTheSameEpisodes() throws {
        let found = try ["hopper", "hopper-medium-v2", "hopper-expert-r1"].map { name in
            try evaluate(name, "--episodes", "2").standardOutput.split(separator: "\n").prefix(2)
        }
        #expect(found[0].count == 2 && found[1] == found[0] && found[2] == found[0])
        #expect(try evaluate("antmaze-umaze-v3").exitCode == 65)
    }

    /// A kitchen with too little scratch memory for its contacts: MuJoCo's error ends all ranks with one code.
    @Test func anErrorOfTheSimulator() throws {
        let assets = "cache/kitchen/adept_envs/franka/assets/franka_kitchen_jntpos_act_ab.xml"
        try FileManager.default.createDirectory(
            atPath: (folder(assets) as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        put(crampedKitchen.utf8, at: folder(assets))
        try PolicyFile.write(.example("cook", observations: 60, actions: 9), to: folder("cook.safetensors"))
        let child = try evaluate(
            "kitchen-complete", policy: folder("cook.safetensors"), ranks: 2,
            environment: ["ACTIVE_BENCH_CACHE": folder("cache")])
        #expect(child.exitCode == 70, "\(child.output)")
        let errorLine = try #require(child.errorLines.first)
        #expect(errorLine.contains("MuJoCo failed to take a step for 'kitchen-complete': "), "\(child.output)")
        #expect(FileManager.default.fileExists(atPath: "MUJOCO_LOG.TXT") == false)
    }

    private func broken(_ name: String, _ change: (inout PolicySnapshot) -> Void) throws -> String {
        var snapshot = try PolicyFile.read(policy)
        change(&snapshot)
        try PolicyFile.write(snapshot, to: folder(name))
        return folder(name)
    }

    private func evaluate(
        _ environment: String, _ options: String..., policy: String? = nil, ranks: Int? = nil,
        environment variables: [String: String] = [:]
    ) throws -> ChildProcess {
        try ChildProcess.run(
            "active-bench", ["evaluate", "--env", environment, "--policy", policy ?? self.policy] + options,
            ranks: ranks, environment: variables)
    }
}

extension PolicySnapshot {
    fileprivate mutating func add(_ name: String, _ values: [Float]) {
        tensors.append(NamedTensor(name: name, shape: [values.count], values: values))
    }
}

/// A model with as many joints and motors as the kitchen and with its bodies' names, and a box that falls on a floor
/// with too little memory for a contact.
private let crampedKitchen = """
    <mujocoinclude>
    <size nstack="2000"/>
    <worldbody>
    <geom type="plane" size="9 9 1"/>
    <body pos="0 0 .4"><freejoint/><geom type="box" size=".1 .1 .1"/></body>
    \((0..<23).map { "<body name='\($0 < bodies.count ? bodies[$0] : "b\($0)")' pos='\($0) 5 5'><joint name='j\($0)' damping='1'/><geom size='.1'/></body>" }
        .joined(separator: "\n"))
    </worldbody>
    <actuator>
    \((0..<9).map { "<position joint='j\($0)'/>" }.joined(separator: "\n"))
    </actuator>
    </mujocoinclude>
    """

private let bodies = [
    "counters", "ovenroot", "knob 1", "knob 2", "knob 3", "knob 4", "hoodroot", "lightswitchroot", "wallroot", "wall2",
    "slide", "slidelink", "hingecab", "hingeleftdoor", "hingerightdoor", "microroot", "microdoorroot",
    "panda0_leftfinger", "panda0_rightfinger",
]

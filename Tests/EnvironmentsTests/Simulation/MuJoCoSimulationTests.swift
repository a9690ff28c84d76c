import CMuJoCo
import Environments
import Glibc
import Testing

@Suite struct MuJoCoSimulationTests {
    @Test func malformedModel() throws {
        let error = try #require(throws: EnvironmentError.self) {
            try MuJoCoSimulation(name: "broken", model: "<mujoco><worldbody><body></mujoco>")
        }
        #expect(error.description.hasPrefix("MuJoCo failed to load the model for 'broken': XML"))
        expectNoLogFile()
    }

    @Test func unknownElement() throws {
        let error = try #require(throws: EnvironmentError.self) {
            try MuJoCoSimulation(name: "broken", model: "<mujoco>\n<wings/>\n</mujoco>")
        }
        #expect(error.description.contains("wings") && error.description.contains("line 2"))
    }

    @Test func emptyModel() throws {
        let error = try #require(throws: EnvironmentError.self) { try MuJoCoSimulation(name: "empty", model: "") }
        #expect(error.description == "MuJoCo failed to load the model for 'empty': the model is empty")
    }

    /// The scratch memory suffices in the air and not on the ground: `mj_step` calls `mju_error` deep inside.
    @Test func errorInsideAStep() throws {
        let simulation = try MuJoCoSimulation(name: "cramped", model: crampedModel)
        try simulation.step(1)
        for _ in 0..<2 {
            let error = try #require(throws: EnvironmentError.self) { try simulation.step(1000) }
            #expect(error.description.hasPrefix("MuJoCo failed to take a step for 'cramped': "))
            #expect(error.description.contains("tack overflow"))
            try simulation.reset()
            try simulation.step(1)
        }
        expectNoLogFile()
    }

    @Test func errorOutsideAGuardAborts() async {
        let result = await #expect(
            processExitsWith: .signal(SIGABRT), observing: [\.standardErrorContent]
        ) {
            guard let data = unguardedData() else { return }
            for _ in 0..<1000 { mj_step(data.model, data.data) }
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("MuJoCo error outside a guarded call: ") && text.contains("tack overflow"))
        expectNoLogFile()
    }

    @Test func divergenceIsAnErrorAndAWarning() throws {
        let simulation = try MuJoCoSimulation(
            name: "bead", model: "<mujoco><worldbody><body><freejoint/><geom size='.1'/></body></worldbody></mujoco>")
        let warnings = MuJoCoSimulation.warningCount
        simulation.velocities[0] = .nan
        let error = try #require(throws: EnvironmentError.self) { try simulation.step(1) }
        #expect(error.description.hasPrefix("the simulation of 'bead' diverged: "))
        #expect(MuJoCoSimulation.warningCount == warnings + 1)
        #expect(MuJoCoSimulation.lastWarning.contains("QVEL"))
        try simulation.reset()
        try simulation.step(1)
        expectNoLogFile()
    }

    @Test func versionMismatch() throws {
        try MuJoCoSimulation.checkVersion(header: 222, library: 222)
        let error = try #require(throws: EnvironmentError.self) {
            try MuJoCoSimulation.checkVersion(header: 222, library: 237)
        }
        #expect(error.description.hasPrefix("compiled for MuJoCo 2.2.2 but running with 2.3.7: "))
    }

    private func expectNoLogFile() { #expect(access("MUJOCO_LOG.TXT", F_OK) != 0) }
}

/// A box that falls on the floor, with too little scratch memory for one contact.
private let crampedModel = """
    <mujoco>
    <size nstack="150"/>
    <worldbody>
    <geom type="plane" size="1 1 1"/>
    <body pos="0 0 .2"><freejoint/><geom type="box" size=".1 .1 .1"/></body>
    </worldbody>
    </mujoco>
    """

/// A model and its data of the cramped box, made without the guard.
private func unguardedData() -> (model: UnsafeMutablePointer<mjModel>, data: UnsafeMutablePointer<mjData>)? {
    var model: UnsafeMutablePointer<mjModel>?
    guard ab_mujoco_load(crampedModel, &model, nil, 0) == AB_MUJOCO_OK, let model, let data = mj_makeData(model) else {
        return nil
    }
    return (model, data)
}

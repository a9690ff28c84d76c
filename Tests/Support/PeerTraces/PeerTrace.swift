package import Environments
import HDF5

/// One step of a published environment from each of N states, read from a file that Tests/Peers/traces.py wrote.
package struct PeerTrace: Sendable {
    /// Rows of equal length: an array [N, width] of the file.
    package struct Table: Sendable {
        package let width: Int
        private let elements: [Double]

        init(_ array: HDF5Array<Double>) {
            width = array.shape.count == 2 ? array.shape[1] : 1
            elements = array.elements
        }

        package subscript(row: Int) -> [Double] { Array(elements[row * width..<(row + 1) * width]) }
    }

    /// The published environment's id, such as "Hopper-v4".
    package let peer: String
    /// The packages that it was run with, such as "gymnasium 0.29.1, …".
    package let packages: String
    /// The version of its MuJoCo, such as "2.3.7".
    package let simulator: String
    /// Our environment's name, such as "hopper".
    package let environment: String
    /// The dynamics profile with which ours should agree.
    package var profile: DynamicsProfile
    package let count: Int
    /// The largest difference after a step that counts as rounding.
    package static let tolerance = 1e-9
    /// The share of the steps that must agree within the tolerance.
    ///
    /// All steps must agree, unless another version of MuJoCo than the peer's finds other contacts (2.2.2 and 2.3.7 do).
    package var expectedAgreement: Double {
        let family = EnvironmentRegistry.families.first { $0.environments.contains { $0.name == environment } }
        let mayDiffer = family?.contactsDependOnSimulator == true && simulator != EnvironmentRegistry.simulatorVersion
        return mayDiffer ? 0.95 : 1
    }

    /// qpos and qvel before the step.
    package let positions, velocities: Table
    /// The actions given to the environment, which may lie outside its bounds.
    package let actions: Table
    /// Observation, qpos and qvel after the step, in double precision.
    package let observations, nextPositions, nextVelocities: Table
    package let rewards: [Double]
    package let terminals: [Bool]
    /// The goals of the states; nil for an environment without goals.
    package let goals: Table?

    /// Reads the trace at a path.
    ///
    /// - Throws: `HDF5Error`, `PeerTraceError`.
    package init(_ path: String) throws {
        let file = try HDF5File(readingFrom: path)
        func text(_ name: String) throws -> String {
            guard case .text(let text) = try file.attribute(name) else { throw PeerTraceError.attribute(path, name) }
            return text
        }
        func table(_ name: String) throws -> Table { Table(try file.float64(name)) }

        guard try text("format") == "active-bench-peer/1", let profile = DynamicsProfile(rawValue: try text("profile"))
        else { throw PeerTraceError.attribute(path, "format, profile") }
        peer = try text("peer")
        packages = try text("packages")
        simulator = try text("mujoco")
        environment = try text("environment")
        self.profile = profile
        positions = try table("positions")
        velocities = try table("velocities")
        actions = try table("actions")
        observations = try table("observations")
        nextPositions = try table("next_positions")
        nextVelocities = try table("next_velocities")
        rewards = try file.float64("rewards").elements
        terminals = try file.flags("terminals").elements.map { $0 != 0 }
        goals = try file.contains("goals") ? table("goals") : nil
        count = rewards.count
    }
}

/// Why a trace cannot be compared.
package enum PeerTraceError: Error, CustomStringConvertible {
    /// An attribute is missing or invalid.
    case attribute(_ file: String, _ name: String)
    /// The trace of a maze has no goals.
    case noGoals(String)
    /// We have no such environment that steps in double precision.
    case noEnvironment(String)

    package var description: String {
        switch self {
        case .attribute(let file, let name): "\(file): not a trace of a peer: \(name)"
        case .noGoals(let peer): "the trace of \(peer) has no goals"
        case .noEnvironment(let name): "'\(name)' cannot be stepped in double precision"
        }
    }
}

package import Failures

/// Why an environment could not be made or run.
package enum EnvironmentError: ExitCoded, Equatable, CustomStringConvertible {
    /// No environment has this name; `nearest` are similar known names.
    case unknownEnvironment(name: String, nearest: [String], known: [String])
    /// The dataset's name does not begin with the name of a known environment.
    case unknownDataset(name: String, nearest: [String], known: [String])
    /// Other libraries have an environment `name`, this program has none, or has it under another name; `reason` is a clause.
    case notOurs(name: String, reason: String, known: [String])
    /// `name` implies the profile `meant`, but the profile `asked` was requested.
    case otherProfile(name: String, environment: String, meant: DynamicsProfile, asked: DynamicsProfile)
    /// The model files of `environment` are not in `folder`.
    case missingAssets(environment: String, folder: String)
    /// MuJoCo cannot read the model files of `environment`; `text` is its error message.
    case damagedAssets(environment: String, folder: String, text: String)
    /// The program was compiled against one version of MuJoCo and runs with another, so structures may have another layout.
    case libraryMismatch(header: Int, library: Int)
    /// MuJoCo reported an error during `operation`; `text` is its message.
    case simulator(environment: String, operation: String, text: String)
    /// The physics became non-finite; `text` is MuJoCo's warning.
    case diverged(environment: String, text: String)
    /// An action whose element `index` is NaN or infinite.
    case nonFiniteAction(environment: String, index: Int, value: Double)

    /// One sentence: what, where, expected, found.
    package var description: String {
        switch self {
        case .unknownEnvironment(let name, let nearest, let known):
            "there is no environment '\(name)'" + Self.hint(nearest, known)
        case .unknownDataset(let name, let nearest, let known):
            "the dataset name '\(name)' does not begin with the name of an environment" + Self.hint(nearest, known)
        case .notOurs(let name, let reason, let known):
            "there is no environment '\(name)'; \(reason); known: \(Self.quoted(known, or: ", "))"
        case .otherProfile(let name, let environment, let meant, let asked):
            "'\(name)' stands for '\(environment)' with --profile \(meant.rawValue), but --profile \(asked.rawValue) was "
                + "asked for: leave one of them out, or write '\(environment)'"
        case .missingAssets(let environment, let folder):
            "the model and meshes of '\(environment)' are not in \(folder): get them with `jobs/setup.sh --kitchen`"
        case .damagedAssets(let environment, let folder, let text):
            "the model and meshes of '\(environment)' in \(folder) are damaged: \(text); "
                + "get them again with `jobs/setup.sh --kitchen`"
        case .libraryMismatch(let header, let library):
            "compiled for MuJoCo \(Self.version(header)) but running with \(Self.version(library)): "
                + "headers and library must be of one version (see ACTIVE_BENCH_MUJOCO in Package.swift)"
        case .simulator(let environment, let operation, let text):
            "MuJoCo failed to \(operation) for '\(environment)': \(text)"
        case .diverged(let environment, let text):
            "the simulation of '\(environment)' diverged: \(text)"
        case .nonFiniteAction(let environment, let index, let value):
            "'\(environment)' was given a non-finite action: element \(index) is \(value)"
        }
    }

    /// Whether the action caused the error, that is, the policy that chose it.
    package var isCausedByAction: Bool {
        if case .nonFiniteAction = self { true } else { false }
    }

    private static func hint(_ nearest: [String], _ known: [String]) -> String {
        let question = nearest.isEmpty ? "" : "; did you mean \(quoted(nearest, or: " or "))?"
        return question + (question.isEmpty ? "; " : " ") + "known: \(quoted(known, or: ", "))"
    }

    private static func quoted(_ names: [String], or separator: String) -> String {
        names.map { "'\($0)'" }.joined(separator: separator)
    }

    /// Formats a version number: MuJoCo writes 2.2.2 as 222.
    private static func version(_ number: Int) -> String {
        "\(number / 100).\(number / 10 % 10).\(number % 10)"
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .libraryMismatch, .missingAssets, .damagedAssets: .unavailable
        case .unknownEnvironment, .unknownDataset, .notOurs, .otherProfile: .badInput
        case .simulator, .diverged, .nonFiniteAction: .bug
        }
    }
}

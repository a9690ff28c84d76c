package import Failures

/// Why an environment could not be made or run.
package enum EnvironmentError: ExitCoded, Equatable, CustomStringConvertible {
    /// No environment has this name; `nearest` are the known names it may have been meant for.
    case unknownEnvironment(name: String, nearest: [String], known: [String])
    /// No known environment's name begins this dataset's name.
    case unknownDataset(name: String, nearest: [String], known: [String])
    /// Others have what `name` names, and this program has not, or not under that name: why, in a clause.
    case notOurs(name: String, reason: String, known: [String])
    /// `name` stands for the profile `meant`, and another one was asked for.
    case otherProfile(name: String, environment: String, meant: DynamicsProfile, asked: DynamicsProfile)
    /// The files `environment` is made of are not in `folder`.
    case missingAssets(environment: String, folder: String)
    /// They are there and MuJoCo cannot read them; its words.
    case damagedAssets(environment: String, folder: String, text: String)
    /// Compiled against one MuJoCo and run with another, whose structures may be laid out differently.
    case libraryMismatch(header: Int, library: Int)
    /// MuJoCo reported an error during `operation`, in its own words.
    case simulator(environment: String, operation: String, text: String)
    /// The physics left the finite numbers; MuJoCo's warning.
    case diverged(environment: String, text: String)
    /// An action with a NaN or an infinity at `index`.
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

    /// Whether the fault is that of the action it was given, and so of whoever chose it.
    package var isOfTheAction: Bool {
        if case .nonFiniteAction = self { true } else { false }
    }

    private static func hint(_ nearest: [String], _ known: [String]) -> String {
        let question = nearest.isEmpty ? "" : "; did you mean \(quoted(nearest, or: " or "))?"
        return question + (question.isEmpty ? "; " : " ") + "known: \(quoted(known, or: ", "))"
    }

    private static func quoted(_ names: [String], or separator: String) -> String {
        names.map { "'\($0)'" }.joined(separator: separator)
    }

    /// MuJoCo writes 2.2.2 as 222.
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

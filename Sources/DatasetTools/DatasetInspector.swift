import Datasets
import Failures
import Foundation
import Paths
import Processes

/// Reads datasets in child processes, so that a file made to harm ends a child and not this program.
package struct DatasetInspector: Sendable {
    /// The program that answers as `DatasetInspection.answer` does, and what comes before the paths.
    package let command: [String]

    /// Asks `command`.
    package init(command: [String]) { self.command = command }

    /// Asks this program itself, called with `arguments`.
    package init(ownArguments arguments: [String]) {
        command = ["/proc/self/exe"] + arguments  // whatever bytes its path is made of
    }

    /// What reading each of `paths` comes to, in their order; one child reads them all unless a file ends it.
    ///
    /// - Throws: `HarnessError.io` when no child can be started.
    package func inspect(_ paths: [String]) throws -> [DatasetInspection] {
        var inspections: [DatasetInspection] = []
        while inspections.count < paths.count {
            let open = paths.dropFirst(inspections.count).prefix(1000)
            let (answers, end) = try ask(Array(open))
            inspections += answers
            if answers.count < open.count, let culprit = open.dropFirst(answers.count).first {
                inspections.append(DatasetInspection(path: culprit, outcome: .ended(sentence(culprit, end))))
            }
        }
        return inspections
    }

    /// The answers of one child, and its end.
    private func ask(_ paths: [String]) throws -> ([DatasetInspection], ChildProgram.End) {
        let (output, end): ([UInt8], ChildProgram.End)
        do {
            // What a dying child says is not for the user, and a backtrace of it takes seconds.
            (output, end) = try ChildProgram.output(
                of: command + paths, variables: ["SWIFT_BACKTRACE": "enable=no"], errors: .nothing)
        } catch {
            throw HarnessError.io(path: command[0], operation: "start", code: error.code)
        }
        var answers: [DatasetInspection] = []
        for line in output.split(separator: UInt8(ascii: "\n")) {
            guard answers.count < paths.count,
                let answer = try? JSONDecoder().decode(DatasetInspection.self, from: Data(line)),
                answer.path == PathBytes.shown(paths[answers.count])  // as a child prints it
            else { break }
            answers.append(DatasetInspection(path: paths[answers.count], outcome: answer.outcome))
        }
        return (answers, end)
    }

    private func sentence(_ path: String, _ end: ChildProgram.End) -> String {
        let found =
            switch end {
            case .exit(let code): "an end without an answer (exit code \(code))"
            case .signal(SIGALRM): "no end of it in time"
            case .signal(let number): "its end by signal \(number) (\(String(cString: strsignal(number))))"
            }
        return DatasetError(
            file: path,
            expected: "a file that can be read within the time and memory that its declared sizes call for",
            found: found, hint: "the file is damaged or made to harm: download or make it again"
        ).description
    }
}

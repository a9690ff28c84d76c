import Datasets
import Failures
import Foundation
import Paths
import Processes

/// Reads datasets in child processes, so that a malicious file ends a child and not this program.
package struct DatasetInspector: Sendable {
    /// The program that runs `DatasetInspection.answer`, with its arguments before the paths.
    package let command: [String]

    /// Uses `command` as the child.
    package init(command: [String]) { self.command = command }

    /// Uses this program, called with `arguments`, as the child.
    package init(ownArguments arguments: [String]) {
        command = ["/proc/self/exe"] + arguments  // works for any bytes in its path
    }

    /// Reads each of `paths` and returns the results in order; a new child is started only after a file ended the last
    /// one.
    ///
    /// - Throws: `HarnessError.io` if no child can be started.
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

    /// Runs one child; returns its answers, and how it ended.
    private func ask(_ paths: [String]) throws -> ([DatasetInspection], ChildProgram.End) {
        let (output, end): ([UInt8], ChildProgram.End)
        do {
            // A dying child's output is not for the user, and its backtrace would take seconds.
            (output, end) = try ChildProgram.output(
                of: command + paths, variables: ["SWIFT_BACKTRACE": "enable=no"], errors: .nothing)
        } catch {
            throw HarnessError.io(path: command[0], operation: "start", code: error.code)
        }
        var answers: [DatasetInspection] = []
        for line in output.split(separator: UInt8(ascii: "\n")) {
            guard answers.count < paths.count,
                let answer = try? JSONDecoder().decode(DatasetInspection.self, from: Data(line)),
                answer.path == PathBytes.shown(paths[answers.count])  // as the child prints it
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
            found: found, hint: "the file is damaged or malicious: download or make it again"
        ).description
    }
}

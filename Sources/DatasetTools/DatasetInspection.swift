import Algorithms
import Console
package import Datasets
package import Environments
import Failures
import Foundation
import Studies

/// What reading a dataset's file has come to.
package struct DatasetInspection: Codable, Equatable, Sendable {
    /// How it ended.
    package enum Outcome: Codable, Equatable, Sendable {
        /// The loader has accepted the file.
        case read(DatasetSummary)
        /// The loader has refused it, with this sentence.
        case refused(String)
        /// The system has failed to read it, in the loader's words.
        case failed(String)
        /// Reading it ended the process that did.
        case ended(String)
    }

    /// The file.
    package let path: String
    /// How it ended.
    package let outcome: Outcome

    /// The summary of a file that was read.
    ///
    /// - Throws: `HarnessError` with the sentence for one that was not.
    package func summary() throws -> DatasetSummary {
        switch outcome {
        case .read(let summary): return summary
        case .refused(let sentence), .ended(let sentence): throw HarnessError.badInput(sentence)
        case .failed(let sentence): throw HarnessError.inputs(sentence, .io)
        }
    }
}

/// What a file may cost the process that reads it. A file of a few bytes can ask for all memory and for ever.
package struct InspectionLimits: Equatable, Sendable {
    /// Bytes of address space.
    package var memory: Int
    /// Seconds until the process ends itself; slow network file systems deliver 4 MiB a second.
    package var seconds: Double

    /// The limits for a file that takes `bytes` of memory by the sizes it declares, of which the loader has found that this
    /// machine has them; none for a look at those sizes.
    package init(loading bytes: Int) {
        memory = (3 << 28) + 2 * bytes
        seconds = 60 + Double(bytes) / Double(1 << 22)
    }

    /// Holds this process to the limits from now on: reading the file at `path` is all it is there for.
    ///
    /// - Throws: `DatasetError` where the system does not take them.
    fileprivate func apply(_ path: String) throws(DatasetError) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let used = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ").first
        let space = rlim_t((used.flatMap { Int($0) } ?? 0) * page + memory)
        let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
        var limit = rlimit()
        // What this process may not exceed as it is (`ulimit -v`) stays, and holds.
        var isHeld = getrlimit(resource, &limit) == 0
        limit.rlim_cur = min(space, limit.rlim_max)
        isHeld = isHeld && setrlimit(resource, &limit) == 0
        guard isHeld else {
            throw DatasetError(
                file: path, expected: "a process whose memory can be limited", found: String(cString: strerror(errno)))
        }
        // Whoever started this process may have ignored or held back the signal.
        var alarm = sigset_t()
        sigemptyset(&alarm)
        sigaddset(&alarm, SIGALRM)
        pthread_sigmask(SIG_UNBLOCK, &alarm, nil)
        signal(SIGALRM, SIG_DFL)
        let whole = seconds.rounded(.down)
        var timer = itimerval()
        timer.it_value = timeval(tv_sec: Int(whole), tv_usec: Int((seconds - whole) * 1e6))
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    }
}

extension DatasetInspection {
    /// The child's part: reads each of `paths` within its limits, and prints a line of JSON for each as soon as it has.
    ///
    /// - Parameters:
    ///   - environment: what the files are to be of; nil for what their names say.
    ///   - layout: what to refuse the other layout for.
    ///   - seconds: the time for one file instead of `InspectionLimits`' own.
    ///   - memory: the same of the address space.
    package static func answer(
        _ paths: [String], of environment: EnvironmentSpecification? = nil, layout: StoredDataset.Layout = .either,
        seconds: Double? = nil, memory: Int? = nil
    ) throws {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        for path in paths {
            /// Holds this process to the limits for so many bytes, or to what was asked for.
            func limit(loading bytes: Int) throws(DatasetError) {
                var limits = InspectionLimits(loading: bytes)
                limits.seconds = seconds ?? limits.seconds
                limits.memory = memory ?? limits.memory
                try limits.apply(path)
            }
            let answer = try JSONEncoder().encode(inspect(path, of: environment, layout: layout, limit))
            try Console.emit(String(decoding: answer, as: UTF8.self) + "\n")
        }
    }

    /// Reads the file at `path` as a run does; `limit` is called with the bytes that this takes, 0 for a look at its sizes.
    package static func inspect(
        _ path: String, of given: EnvironmentSpecification? = nil, layout: StoredDataset.Layout = .either,
        _ limit: (Int) throws(DatasetError) -> Void = { (_) throws(DatasetError) in }
    ) -> DatasetInspection {
        do {
            try limit(0)
            let named = try environment(ofFile: path)
            let contents = try DatasetContents(
                path: path, environment: given ?? named.specification, layout: layout, willLoad: limit)
            let batch = DatasetRemarks.smallerThanBatch(
                contents.transitions.count, batch: LearnerDefinition.iql.hyperparameters().batchSize)
            let summary = DatasetSummary(
                contents.file, contents.transitions,
                remarks: named.remarks + contents.remarks + [batch].compactMap { $0 })
            return DatasetInspection(path: path, outcome: .read(summary))
        } catch {
            let sentence = printable("\(error)")
            let isFailure = ExitStatus(for: error) == .io
            return DatasetInspection(path: path, outcome: isFailure ? .failed(sentence) : .refused(sentence))
        }
    }

    /// The environment that a file is of by its name or its metadata, if it is one of those that there are, and what is to
    /// be said of it.
    private static func environment(
        ofFile path: String
    ) throws -> (specification: EnvironmentSpecification?, remarks: [String]) {
        if try MinariFolder.isDataset(at: path) {
            // Metadata that are damaged refuse the file when it is read.
            guard let judge = try? MinariEvaluationEnvironment(of: MinariFolder(at: path)) else { return (nil, []) }
            let (name, profile) = (judge.environment.name, judge.environment.profile ?? .d4rl)
            return (try? EnvironmentRegistry.specification(name, profile: profile), judge.remarks)
        }
        guard let dataset = DatasetLocation.dataset(ofFile: (path as NSString).lastPathComponent) else {
            return (nil, [])
        }
        return (try? EnvironmentRegistry.specification(EnvironmentRegistry.environmentName(forDataset: dataset)), [])
    }
}

import Algorithms
import Console
package import Datasets
package import Environments
import Failures
import Foundation
import Studies

/// The result of reading a dataset's file.
package struct DatasetInspection: Codable, Equatable, Sendable {
    /// How reading ended.
    package enum Outcome: Codable, Equatable, Sendable {
        /// The file is valid.
        case read(DatasetSummary)
        /// The file is invalid; the loader's message.
        case refused(String)
        /// The file could not be read; the loader's message.
        case failed(String)
        /// The reading process died; how.
        case ended(String)
    }

    /// The path of the file.
    package let path: String
    /// How reading ended.
    package let outcome: Outcome

    /// The summary of a valid file.
    ///
    /// - Throws: `HarnessError` with the message otherwise.
    package func summary() throws -> DatasetSummary {
        switch outcome {
        case .read(let summary): return summary
        case .refused(let sentence), .ended(let sentence): throw HarnessError.badInput(sentence)
        case .failed(let sentence): throw HarnessError.inputs(sentence, .io)
        }
    }
}

/// Limits on the process that reads a file: a file of a few bytes can demand unlimited memory and time.
package struct InspectionLimits: Equatable, Sendable {
    /// The address space in bytes.
    package var memory: Int
    /// Seconds until the process ends itself, sufficient for a network file system that delivers 4 MiB a second.
    package var seconds: Double

    /// The limits for a file that takes `bytes` of memory by its declared sizes, which the loader has compared with the
    /// machine's memory; 0 for reading only those sizes.
    package init(loading bytes: Int) {
        memory = (3 << 28) + 2 * bytes
        seconds = 60 + Double(bytes) / Double(1 << 22)
    }

    /// Applies the limits to this process, which exists only to read the file at `path`.
    ///
    /// - Throws: `DatasetError` if the system refuses them.
    fileprivate func apply(_ path: String) throws(DatasetError) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let used = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ").first
        let space = rlim_t((used.flatMap { Int($0) } ?? 0) * page + memory)
        let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
        var limit = rlimit()
        // A lower limit already in force (`ulimit -v`) stays.
        var isHeld = getrlimit(resource, &limit) == 0
        limit.rlim_cur = min(space, limit.rlim_max)
        isHeld = isHeld && setrlimit(resource, &limit) == 0
        guard isHeld else {
            throw DatasetError(
                file: path, expected: "a process whose memory can be limited", found: String(cString: strerror(errno)))
        }
        // The parent process may have ignored or blocked the signal.
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
    /// Reads each of `paths` within its limits and prints a line of JSON for each as soon as it is done. Runs in the
    /// child.
    ///
    /// - `environment`: the files' environment; nil for the one implied by their names.
    /// - `layout`: the expected layout; a file in the other one is refused.
    /// - `seconds`: the time limit for one file instead of `InspectionLimits`' own.
    /// - `memory`: the limit on the address space instead of `InspectionLimits`' own.
    package static func answer(
        _ paths: [String], of environment: EnvironmentSpecification? = nil, layout: StoredDataset.Layout = .either,
        seconds: Double? = nil, memory: Int? = nil
    ) throws {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        for path in paths {
            /// Applies the limits for a file that takes `bytes`, or the given ones.
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

    /// Reads the file at `path` as a run does; calls `limit` with the bytes that this takes, 0 for reading only its
    /// sizes.
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

    /// The environment implied by the file's name or metadata, if it is a known one, and remarks on it.
    private static func environment(
        ofFile path: String
    ) throws -> (specification: EnvironmentSpecification?, remarks: [String]) {
        if try MinariFolder.isDataset(at: path) {
            // Damaged metadata are reported when the file is read.
            guard let found = try? MinariEvaluationEnvironment(of: MinariFolder(at: path)) else { return (nil, []) }
            let (name, profile) = (found.environment.name, found.environment.profile ?? .d4rl)
            return (try? EnvironmentRegistry.specification(name, profile: profile), found.remarks)
        }
        guard let dataset = DatasetLocation.dataset(ofFile: (path as NSString).lastPathComponent) else {
            return (nil, [])
        }
        return (try? EnvironmentRegistry.specification(EnvironmentRegistry.environmentName(forDataset: dataset)), [])
    }
}

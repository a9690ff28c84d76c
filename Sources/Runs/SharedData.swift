import Algorithms
package import DatasetTools
import Datasets
import Failures
import Foundation
import MPI
import Numerics
import Processes
import Studies
import Supervision
import Teams

/// The datasets of all cases of a run, one copy shared by all ranks of a node.
///
/// Each is loaded and validated by one rank of the node, several at once by different ranks, then placed in shared
/// memory. All are loaded at the start, because it is not known which rank will run which case.
package final class SharedData {
    /// The loaded files, by dataset.
    package private(set) var files: [String: DatasetFile] = [:]
    /// An error in an input.
    struct InputFailure: Codable, Equatable {
        var sentence: String
        /// The exit code, an `ExitStatus`.
        var status: Int32
    }

    /// Errors in inputs; known only to the rank that found them.
    private(set) var failures: [InputFailure] = []
    private var prepared: [String: PreparedData] = [:]
    private var blocks: [SharedBlock] = []
    private let node: Communicator
    private let rank: Int
    private let monitor: LoadingMonitor

    /// What the ranks of a node need to know about a table to map it.
    private struct Description: Codable {
        var count: Int
        var stateSize: Int
        var actionSize: Int
        var origin: String
        var summary: TransformSummary
        var file: DatasetFile
    }

    /// Loads the data of `cases`. Rank 0 reports progress; if a file delivers no byte for the watchdog's limit, the job
    /// ends. Collective over `world`.
    ///
    /// - Throws: `SharedMemoryExhausted`, `MPIError`; errors in inputs are added to `failures`.
    init(_ cases: [StudyCase], world: Communicator) throws {
        node = try world.splitByNode()
        rank = world.rank
        let say: @Sendable (String) -> Void = { ProgressDisplay.say($0) }
        monitor = LoadingMonitor(onMessage: world.rank == 0 ? say : nil)
        defer { monitor.end() }
        var needed: [StudyCase] = []
        for studyCase in cases where !needed.contains(where: { Self.key($0) == Self.key(studyCase) }) {
            needed.append(studyCase)
        }
        for start in stride(from: 0, to: needed.count, by: node.size) {
            try load(Array(needed[start..<min(start + node.size, needed.count)]))
        }
    }

    /// The data of a case.
    func data(for studyCase: StudyCase) throws -> PreparedData {
        guard let data = prepared[Self.key(studyCase)] else {
            throw HarnessError.badInput("\(studyCase.identifier): its data were not loaded")
        }
        return data
    }

    /// "loaded hopper-medium-v2 (999,995 transitions) in 0.4 s", for all tables of this rank's node.
    func summary(seconds: Double) -> String {
        let names = files.keys.sorted().map { "\($0) (\(files[$0]?.transitions ?? 0) transitions)" }
        return "loaded \(names.joined(separator: ", ")) in " + String(format: "%.1f s", seconds)
    }

    /// The files that this rank reports to the others: those of the node, reported by one rank per node.
    var ownFiles: [DatasetFile] { node.rank == 0 ? Array(files.values) : [] }

    /// Adds to each file the other files with the same contents, from the records that all ranks agreed on.
    func join(_ agreed: [String: DatasetFile]) {
        func informed(_ file: DatasetFile) -> DatasetFile { file.joined(by: agreed[file.dataset].map { [$0] } ?? []) }
        files = files.mapValues(informed)
        prepared = prepared.mapValues { data in
            PreparedData(transitions: data.transitions, summary: data.summary, file: informed(data.file))
        }
    }

    /// Frees the memory; prepared data must not be used afterwards. Collective over the node.
    func free() throws {
        prepared = [:]
        for block in blocks { try block.free() }
        blocks = []
        try node.free()
    }

    private static func key(_ studyCase: StudyCase) -> String {
        "\(studyCase.dataset): \(studyCase.hyperparameters.transforms)"
    }

    /// Loads as many tables as the node has ranks, each rank one of them.
    private func load(_ round: [StudyCase]) throws {
        var own: PreparedData?
        if node.rank < round.count {
            do {
                own = try prepare(round[node.rank])
            } catch let fault as InjectedFault {
                throw fault
            } catch {
                failures.append(
                    InputFailure(
                        sentence: "\(error)".replacing("\n", with: " "), status: ExitStatus(for: error).rawValue))
            }
        }
        let descriptions = try exchange(own)
        for (owner, studyCase) in round.enumerated() {
            guard let description = descriptions[owner] else { continue }
            let table = try share(own, description, owner: owner)
            prepared[Self.key(studyCase)] = PreparedData(
                transitions: table, summary: description.summary, file: description.file)
            files[studyCase.dataset] = description.file
        }
    }

    /// Loads a table into this rank's own memory, with the file's name for the watchdog.
    private func prepare(_ studyCase: StudyCase) throws -> PreparedData {
        let name = "rank \(rank) on \(CurrentProcess.host)"
        Supervision.describe(place: "\(name): dataset \(studyCase.dataset)")
        Supervision.enter("loading")
        Supervision.arm()
        monitor.begin(studyCase.dataset)
        defer {
            monitor.wait()
            Supervision.disarm()
            Supervision.describe(place: name)
        }
        if let path = try? studyCase.data.path() {  // The loader will refuse a missing dataset.
            Supervision.describe(place: "\(name): \(path)")
            Supervision.enter("loading")
        }
        try FaultInjection.atLoading(rank: rank)
        return try DataPreparation().data(for: studyCase, known: files[studyCase.dataset])
    }

    /// The descriptions of all ranks' tables, on all ranks of the node; nil for none.
    private func exchange(_ own: PreparedData?) throws -> [Description?] {
        let mine = own.map { data in
            Description(
                count: data.transitions.count, stateSize: data.transitions.stateSize,
                actionSize: data.transitions.actionSize, origin: data.transitions.origin, summary: data.summary,
                file: data.file)
        }
        return try node.allgather(value: mine)
    }

    /// Copies the owner's table into the node's shared memory.
    private func share(_ own: PreparedData?, _ table: Description, owner: Int) throws -> Transitions {
        if node.size == 1, let own { return own.transitions }
        let elements = Transitions.blockSize(
            count: table.count, stateSize: table.stateSize, actionSize: table.actionSize)
        let block = try SharedBlock(bytes: elements * MemoryLayout<Real>.stride, owner: owner, on: node)
        let base = block.base.bindMemory(to: Real.self, capacity: elements)
        if node.rank == owner, let source = own?.transitions.block.baseAddress {
            base.update(from: source, count: elements)
        }
        try block.publish()
        blocks.append(block)
        // The block outlives the table: all blocks are freed together.
        return Transitions(
            count: table.count, stateSize: table.stateSize, actionSize: table.actionSize, origin: table.origin,
            block: base, release: {})
    }
}

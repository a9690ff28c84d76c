import Algorithms
import Datasets
package import DatasetTools
import Failures
import Foundation
import MPI
import Numerics
import Processes
import Studies
import Supervision

/// The tables of all cases of a run, one copy for all ranks of a node.
///
/// Each is loaded and checked by one rank of the node, different ones by different ranks at once, then laid into memory that
/// all of them see. Made once at the start, since ranks take cases as they come.
package final class SharedData {
    /// The files loaded, by dataset.
    package private(set) var files: [String: DatasetFile] = [:]
    /// What is wrong with an input.
    struct InputFailure: Codable, Equatable {
        var sentence: String
        /// The code that it ends the program with, an `ExitStatus`.
        var status: Int32
    }

    /// What is wrong with the inputs; known to the rank that found it.
    private(set) var failures: [InputFailure] = []
    private var prepared: [String: PreparedData] = [:]
    private var blocks: [SharedBlock] = []
    private let node: Communicator
    private let rank: Int
    private let monitor: LoadingMonitor

    /// What the ranks of a node must know of a table before they can see it.
    private struct Description: Codable {
        var count: Int
        var stateSize: Int
        var actionSize: Int
        var origin: String
        var summary: TransformSummary
        var file: DatasetFile
    }

    /// Loads what `cases` need, watched: on rank 0 it says how far it is, and a file that yields no byte for as long as the
    /// watchdog allows ends the job. Collective over `world`.
    ///
    /// - Throws: `SharedMemoryExhausted`, `MPIError`; what is wrong with an input becomes one of `failures`.
    init(_ cases: [StudyCase], world: Communicator) throws {
        node = try world.splitByNode()
        rank = world.rank
        monitor = LoadingMonitor(tells: world.rank == 0)
        defer { monitor.end() }
        var needed: [StudyCase] = []
        for studyCase in cases where !needed.contains(where: { Self.key($0) == Self.key(studyCase) }) {
            needed.append(studyCase)
        }
        for start in stride(from: 0, to: needed.count, by: node.size) {
            try load(Array(needed[start..<min(start + node.size, needed.count)]))
        }
    }

    /// The table of a case.
    func data(for studyCase: StudyCase) throws -> PreparedData {
        guard let data = prepared[Self.key(studyCase)] else {
            throw HarnessError.badInput("\(studyCase.identifier): its data were not loaded")
        }
        return data
    }

    /// "loaded hopper-medium-v2 (999,995 transitions) in 0.4 s", of all tables of this rank's node.
    func summary(seconds: Double) -> String {
        let names = files.keys.sorted().map { "\($0) (\(files[$0]?.transitions ?? 0) transitions)" }
        return "loaded \(names.joined(separator: ", ")) in " + String(format: "%.1f s", seconds)
    }

    /// What this rank tells the others of the run: the files and, from one rank of each node, nothing twice.
    var ownFiles: [DatasetFile] { node.rank == 0 ? Array(files.values) : [] }

    /// Takes over from the agreed records of all datasets which other files have the same contents.
    func learn(_ agreed: [String: DatasetFile]) {
        func informed(_ file: DatasetFile) -> DatasetFile { file.joined(by: agreed[file.dataset].map { [$0] } ?? []) }
        files = files.mapValues(informed)
        prepared = prepared.mapValues { data in
            PreparedData(transitions: data.transitions, summary: data.summary, file: informed(data.file))
        }
    }

    /// Gives the memory back; nothing that was prepared may be used afterwards. Collective over the node.
    func free() throws {
        prepared = [:]
        for block in blocks { try block.free() }
        blocks = []
        try node.free()
    }

    private static func key(_ studyCase: StudyCase) -> String {
        "\(studyCase.dataset): \(studyCase.hyperparameters.transforms)"
    }

    /// Loads as many tables as the node has ranks, each by one of them.
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

    /// Loads a table in this rank's own memory, under the eyes of the watchdog, which names the file.
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
        if let path = try? studyCase.data.path() {  // A dataset that is not there is the loader's to refuse.
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
        let texts = try node.gather(Array(try JSONEncoder().encode(mine))) ?? []
        let all = try node.broadcast(Array(try JSONEncoder().encode(texts)))
        return try JSONDecoder().decode([[UInt8]].self, from: Data(all)).map {
            try JSONDecoder().decode(Description?.self, from: Data($0))
        }
    }

    /// A table that its owner has in memory of its own, in memory of the node.
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
        // The block outlives the table: it is freed together with those of the other ranks.
        return Transitions(
            count: table.count, stateSize: table.stateSize, actionSize: table.actionSize, origin: table.origin,
            block: base, release: {})
    }
}

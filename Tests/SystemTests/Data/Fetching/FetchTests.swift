import CHDF5
import Datasets
import FileServer
import Foundation
import ProgramRuns
import ScratchFiles
import Suites
import Testing

/// `jobs/fetch-d4rl.sh` downloads, resumes, checks and refuses, against a server on this machine.
@Suite struct FetchTests {
    let folder = TemporaryFolder()
    let server = FileServer()
    /// The contents of the datasets "one" and "two".
    private let contents = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }

    private static let script = Repository.path("jobs/fetch-d4rl.sh")

    private func fetch(_ arguments: String..., environment: [String: String] = [:]) throws -> ChildProcess {
        try ChildProcess.run(
            Self.script, arguments,
            environment: [
                "ACTIVE_BENCH_BINARY": folder("program"), "ACTIVE_BENCH_DATA": folder("data"), "no_proxy": "*",
                "ACTIVE_BENCH_NO_INSTALL": "1",
            ].merging(environment) { $1 })
    }

    /// Puts a script in place of active-bench that lists the datasets `names`, "NAME.hdf5" below the server's address,
    /// all with the same contents, because D4RL's files are not available here.
    private func publish(_ names: String...) throws {
        put(contents, at: folder("right"))
        let digest = try sha256(ofFile: folder("right"))
        let rows = names.map { "\($0)\t\(server.address)\($0).hdf5\t\(contents.count)\t\(digest)\t\($0).hdf5\n" }
        put("#!/bin/sh\ncat <<'E'\n\(rows.joined())E\n".utf8, at: folder("program"))
        chmod(folder("program"), 0o755)
    }

    private func expectThere(_ name: String, location: SourceLocation = #_sourceLocation) {
        #expect(bytes(of: folder("data/\(name).hdf5")) == contents, "\(name)", sourceLocation: location)
        #expect(!files(below: folder("data")).contains("\(name).hdf5.part"), sourceLocation: location)
    }

    // MARK: Successful downloads

    @Test func rightFilesAreKept() throws {
        try publish("one", "two")
        server["one.hdf5"] = .init(contents)
        server["two.hdf5"] = .init(contents)
        let child = try fetch()
        #expect(child.exitCode == 0, "\(child.output)")
        expectThere("one")
        expectThere("two")
        #expect(child.standardError.contains("2 datasets, 0.2 MB in all, to \(folder("data"))\n"), "\(child.output)")
        #expect(child.standardError.hasSuffix("2 of 2 there\n"), "\(child.output)")
        #expect(server.requests == [.init("one.hdf5"), .init("two.hdf5")])
        let again = try fetch()
        #expect(again.exitCode == 0 && again.standardError.contains("one is there: "), "\(again.output)")
        #expect(server.requests.count == 2, "nothing is downloaded twice")
    }

    @Test func aCutConnectionIsResumed() throws {
        try publish("one")
        server["one.hdf5"] = .init(contents, cuts: [30_000, 20_000])
        let child = try fetch()
        #expect(child.exitCode == 0, "\(child.output)")
        expectThere("one")
        #expect(server.requests.map(\.start) == [0, 30_000, 50_000])
    }

    /// A second call resumes where the first stopped.
    @Test func anInterruptedDownloadIsTakenUpByTheNextCall() throws {
        try publish("one", "two")
        server["one.hdf5"] = .init(contents, cuts: [30_000, 0, 0, 0])
        server["two.hdf5"] = .init(contents)
        let child = try fetch()
        #expect(child.exitCode == 74, "\(child.output)")
        #expect(child.standardError.contains("one: cannot download \(server.address)one.hdf5: "), "\(child.output)")
        #expect(child.standardError.contains("continues after the 30000 bytes downloaded so far\n"), "\(child.output)")
        #expect(child.standardError.hasSuffix("1 of 2 there; failed: one\n"), "\(child.output)")
        #expect(bytes(of: folder("data/one.hdf5.part")) == contents.prefix(30_000).map { $0 })
        expectThere("two")
        let again = try fetch()
        #expect(again.exitCode == 0, "\(again.output)")
        expectThere("one")
        #expect(server.requests.last == .init("one.hdf5", from: 30_000))
    }

    @Test func aServerThatCannotContinueBeginsAgain() throws {
        try publish("one")
        try FileManager.default.createDirectory(atPath: folder("data"), withIntermediateDirectories: true)
        put(contents.prefix(40_000), at: folder("data/one.hdf5.part"))
        server["one.hdf5"] = .init(contents, knowsRanges: false)
        let child = try fetch()
        #expect(child.exitCode == 0, "\(child.output)")
        expectThere("one")
    }

    // MARK: Refused downloads

    @Test func aWrongFileIsRemoved() throws {
        try publish("altered", "short", "long", "right")
        var altered = contents
        altered[77_777] ^= 4
        server["altered.hdf5"] = .init(altered)
        server["short.hdf5"] = .init(Array(contents.prefix(90_000)))
        server["long.hdf5"] = .init(contents + [0])
        server["right.hdf5"] = .init(contents)
        let child = try fetch()
        #expect(child.exitCode == 65, "\(child.output)")
        let digest = try sha256(ofFile: folder("right"))
        for words in [
            "altered: \(server.address)altered.hdf5 is not D4RL's file: expected SHA-256 \(digest), found ",
            "short: \(server.address)short.hdf5 is not D4RL's file: expected 100000 bytes, found 90000; removed what was",
            "long: \(server.address)long.hdf5 is not D4RL's file: expected 100000 bytes, found more\n",
            "1 of 4 there; failed: altered short long\n",
        ] {
            #expect(child.standardError.contains(words), "\(words) in \(child.output)")
        }
        #expect(files(below: folder("data")).filter { $0.contains("hdf5") } == ["right.hdf5"])
    }

    /// An existing file may be the user's own: it is neither used nor changed.
    @Test func anotherFileOfThatNameIsKept() throws {
        try publish("one")
        try FileManager.default.createDirectory(atPath: folder("data"), withIntermediateDirectories: true)
        put("mine".utf8, at: folder("data/one.hdf5"))
        server["one.hdf5"] = .init(contents)
        let child = try fetch()
        #expect(child.exitCode == 65, "\(child.output)")
        #expect(
            child.standardError.contains(
                "one: \(folder("data/one.hdf5")) is not D4RL's file: expected 100000 bytes, found 4; move it away"),
            "\(child.output)")
        #expect(text(of: folder("data/one.hdf5")) == "mine")
        #expect(server.requests.isEmpty)
    }

    @Test func aServerWithoutTheFile() throws {
        try publish("one")
        let child = try fetch()
        #expect(child.exitCode == 74, "\(child.output)")
        #expect(child.standardError.contains("one.hdf5: The requested URL returned error: 404"), "\(child.output)")
        #expect(server.requests.count == 1, "it is not tried again")
    }

    // MARK: With the real table

    @Test func theAddressesAreTheProductsOwn() throws {
        let entry = try #require(D4RLCatalogue.entry(of: "kitchen-complete-v0"))
        server["mirror/\(entry.path)"] = .init([UInt8](repeating: 7, count: entry.bytes))
        let child = try fetch(
            "kitchen-complete-v0",
            environment: [
                "ACTIVE_BENCH_BINARY": RunningProcess.path(of: "active-bench"), "D4RL_DATASET_DIR": "",
                "ACTIVE_BENCH_DATA": "", "XDG_DATA_HOME": folder.path,
                "ACTIVE_BENCH_D4RL_URL": "\(server.address)mirror",
            ])
        #expect(child.exitCode == 65, "\(child.output)")
        #expect(child.standardError.contains("expected SHA-256 \(entry.sha256), found "), "\(child.output)")
        #expect(server.requests == [.init("mirror/\(entry.path)")])
        #expect(child.standardError.contains(" to \(folder.path)/active-bench/datasets\n"), "\(child.output)")
    }

    @Test(arguments: [
        (["hopper-medium-v2", "hoper-medium-v2"], 65, "did you mean 'hopper-medium-v2'?"),
        (["hopper-medium-r1"], 65, "jobs/make-datasets.sh"), (["--all"], 64, "jobs/fetch-d4rl.sh --help"),
    ])
    func aWrongNameIsRefusedAtOnce(arguments: [String], code: Int32, words: String) throws {
        let child = try ChildProcess.run(
            Self.script, arguments,
            environment: [
                "ACTIVE_BENCH_BINARY": RunningProcess.path(of: "active-bench"), "ACTIVE_BENCH_DATA": folder("data"),
            ])
        #expect(child.exitCode == code && child.standardError.contains(words), "\(child.output)")
        #expect(folder.contents.isEmpty)
    }

    @Test func helpIsPrinted() throws {
        let child = try fetch("--help")
        #expect(child.exitCode == 0 && child.standardOutput.contains("all of them"), "\(child.output)")
    }

    /// PATH has everything that the script needs except curl.
    @Test func withoutCurl() throws {
        try publish("one")
        try FileManager.default.createDirectory(atPath: folder("bin"), withIntermediateDirectories: true)
        for tool in ["bash", "sh", "cat", "sed", "dirname", "awk", "wc", "mkdir", "id"] {
            let place = ["/usr/bin", "/bin"].first { FileManager.default.fileExists(atPath: "\($0)/\(tool)") }
            try FileManager.default.createSymbolicLink(
                atPath: folder("bin/\(tool)"), withDestinationPath: "\(try #require(place))/\(tool)")
        }
        let child = try ChildProcess.run(
            "/usr/bin/env", ["PATH=\(folder("bin"))", "bash", Self.script],
            environment: ["ACTIVE_BENCH_BINARY": folder("program"), "ACTIVE_BENCH_DATA": folder("data")])
        #expect(child.exitCode == 69, "\(child.output)")
        #expect(child.standardError == "curl is missing: install it\n", "\(child.output)")
    }
}

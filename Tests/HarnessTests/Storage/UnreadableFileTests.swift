import Cases
import CHDF5
import ConformanceTraces
import Failures
import Foundation
import Numerics
import Paths
import RunFolders
import ScratchFiles
import Storage
import Studies
import Testing

/// A file that cannot be read is refused by name and never reported as absent.
@Suite struct UnreadableFileTests {
    private let folder = TemporaryFolder()

    /// Ways in which an existing path cannot be read, even by root.
    enum Obstacle: CaseIterable, Sendable {
        case folder, pipe, linkLoop, fileOnTheWay, longName

        /// Creates the obstacle at `path`; returns the path to read.
        func make(at path: String) -> String {
            switch self {
            case .folder: _ = mkdir(path, 0o777)
            case .pipe: mkfifo(path, 0o666)
            case .linkLoop: symlink(path, path)
            case .fileOnTheWay:
                put([1], at: path)
                return path + "/below"
            case .longName: return path + String(repeating: "x", count: 300)
            }
            return path
        }
    }

    @Test(arguments: Obstacle.allCases) func contentsThatCannotBeRead(obstacle: Obstacle) throws {
        let path = obstacle.make(at: folder("file"))
        let error = #expect(throws: HarnessError.self) { try FileCalls.plain.contents(of: path) }
        #expect(error.map { "\($0)".hasPrefix(path) } == true)
        #expect(try FileCalls.plain.contents(of: folder("absent")) == nil)
        #expect(try FileCalls.plain.contents(of: folder("absent/below")) == nil)
    }

    @Test(arguments: [EACCES, EIO, EMFILE, ESTALE]) func reasonsAreGiven(code: Int32) {
        var calls = FileCalls.plain
        calls.open = { _, _, _ in -Int(code) }
        #expect(throws: HarnessError.io(path: "x", operation: "open", code: code)) { try calls.contents(of: "x") }
    }

    /// Files of a run folder that a run, `status` or `aggregate` reads.
    @Test(arguments: ["run.json", "config.yaml", "result.json", "failure.json"], [Obstacle.folder, .pipe, .linkLoop])
    func filesOfARun(name: String, obstacle: Obstacle) throws {
        let plan = try SmallRun.plan("IQL: {}")
        let run = RunFolder(folder.path)
        let studyCase = plan.cases[0]
        try DurableFile.makeFolder(run.folder(of: studyCase).path)
        if name == "result.json" {
            try DurableFile.write(studyCase.configuration, to: run.file("config.yaml", of: studyCase))
        }
        let path = name == "run.json" ? run.file(name) : run.file(name, of: studyCase)
        _ = obstacle.make(at: path)
        let error: HarnessError?
        switch name {
        case "run.json": error = #expect(throws: HarnessError.self) { try RunStatus(folder.path) }
        case "config.yaml": error = #expect(throws: HarnessError.self) { try run.isDone(studyCase) }
        case "result.json":
            error = #expect(throws: HarnessError.self) { try run.result(of: RunManifest.Entry(studyCase)) }
        default: error = #expect(throws: HarnessError.self) { try CaseFailure.note(in: run.folder(of: studyCase).path) }
        }
        #expect(error.map { "\($0)".hasPrefix(path + ": ") } == true, "\(String(describing: error))")
    }

    /// A claim may be a living process's if its folder or heartbeat cannot be inspected.
    @Test(arguments: ["case", "case/claim-0", "ranks", "ranks/then-rank-0003.json"])
    func claimsAndHeartbeats(name: String) throws {
        var holder = ClaimHolder.ofThisProcess(rank: 3, heartbeat: "then-rank-0003.json")
        holder.identity = IdentityTests.other(kernel: nil)
        let (place, ranks) = (folder("case"), folder("ranks"))
        _ = try Claim.take(folder: place, holder: holder, heartbeats: ranks)
        setAge(of: place + "/claim-0", to: 1e6)
        #expect(try Claim.look(at: place, heartbeats: ranks, now: { 2e9 }) != nil)
        _ = mkdir(ranks, 0o777)
        try? FileManager.default.removeItem(atPath: folder(name))
        _ = Obstacle.linkLoop.make(at: folder(name))
        let error = #expect(throws: HarnessError.self) {
            _ = try Claim.look(at: place, heartbeats: ranks) { 2e9 }
        }
        #expect(error?.exitStatus == .io && error.map { "\($0)".hasPrefix(folder(name)) } == true)
        if name == "ranks" { #expect(throws: HarnessError.self) { try Heartbeat.readAll(in: folder.path) } }
    }

    /// A user's own dataset that cannot be inspected is not reported as one without Minari's metadata.
    @Test(arguments: ["file", "set"]) func filesOfAStudy(name: String) throws {
        _ = Obstacle.linkLoop.make(at: folder(name))
        let text = """
            {name: s, datasets: [{name: mine, file: \(folder(name))}], seeds: [0], steps: 1,
             evaluate: {every: 1, episodes: 1}, learners: {BC: {}}}
            """
        let error = #expect(throws: (any Error).self) { try StudyFile.parse(text, path: "study.yaml") }
        #expect(
            error.map { "\($0)".contains("found Too many levels of symbolic links") } == true,
            "\(String(describing: error))")
    }

    /// Valid JSON of another structure than ours.
    @Test(arguments: [
        (#"{"place":"rank 0"}"#, "it has no key 'message'"),
        (#"{"place":"rank 0","message":3}"#, "it has another kind of value for the key 'message'"),
        (#"{"place":null,"message":"x"}"#, "it has another kind of value for the key 'place'"),
        (#"{"place":"a","place":"b","message":"x"}"#, "it has the key 'place' more than once"),
        ("[]", "it has no valid JSON"), ("{", "it has no valid JSON"),
        ("", "it has no valid JSON"),
    ])
    func jsonOfAnotherForm(json: String, sentence: String) throws {
        put(json.utf8, at: folder("failure.json"))
        let error = #expect(throws: HarnessError.self) { try CaseFailure.note(in: folder.path) }
        #expect(error == .badInput("\(folder("failure.json")): not a note on a case that failed: \(sentence)"))
    }

    private static let encodings: [String.Encoding] = [
        .utf16, .utf16LittleEndian, .utf16BigEndian, .utf32, .utf32LittleEndian, .utf32BigEndian,
    ]
    /// The UTF-16 bytes of U+7D7D and U+5D5D are closing brackets.
    private static let brackets =
        #"{"place":"rank 0","message":"\#u{7D7D}\#u{5D5D}\#u{7D7D}","a":[{"b":1},{"b":"\\\""}]}"#

    @Test(arguments: encodings) func jsonInAnotherEncoding(encoding: String.Encoding) throws {
        let json = try #require(Self.brackets.data(using: encoding))
        for bytes in [json, json.dropFirst(2), Data([0xEF, 0xBB, 0xBF]) + Self.brackets.utf8] {
            put(bytes, at: folder("failure.json"))
            let error = #expect(throws: HarnessError.self) { try CaseFailure.note(in: folder.path) }
            #expect(error.map { "\($0)".hasSuffix("it has no valid JSON") } == true)
        }
    }

    /// The scanner accepts any bytes; for JSON its answer is correct.
    @Test func repeatedKeysAreFound() throws {
        #expect(repeatedKey(in: Data(Self.brackets.utf8)) == nil)
        #expect(repeatedKey(in: Data(#"[{"a":[{"a":{"b":1,"\u0062":2}}]}]"#.utf8)) == "b")
        #expect(repeatedKey(in: Data(#"{"a":"a","b":{"a":"a,a"},"c":["a","a"]}"#.utf8)) == nil)
        let texts = try [Data(Self.brackets.utf8)] + Self.encodings.map { try #require(Self.brackets.data(using: $0)) }
        for text in texts {
            for count in 0...text.count {
                _ = [text.prefix(count), text.dropFirst(count)].map { repeatedKey(in: $0) }
            }
        }
        let stream = RandomStream("JSON of any bytes")
        let alphabet = Array("{}[],:\"\"\\ a0".utf8) + [0, 0x7D, 0x5D, 0xFF, 0xFE, 0xC3]
        for trial in 0..<2000 {
            let numbers = (0..<40).map { stream.uniform(step: trial, index: $0) }
            _ = repeatedKey(in: Data(numbers.map { alphabet[Int($0 * Double(alphabet.count))] }))
            _ = repeatedKey(in: Data(numbers.map { UInt8($0 * 256) }))
            var text = texts[trial % texts.count]
            text[Int(numbers[0] * Double(text.count))] = UInt8(numbers[1] * 256)
            _ = repeatedKey(in: text)
        }
    }

    @Test func noteOfACaseThatFailed() throws {
        #expect(try CaseFailure.note(in: folder.path) == nil)
        put(#"{"place":"rank 0","message":"x"}"#.utf8, at: folder("failure.json"))
        #expect(try CaseFailure.note(in: folder.path)?.message == "x")
    }

    /// Attributes of a trace that are arrays, of an unexpected type, or unknown.
    @Test(arguments: ["config", "learner", "step", "dataset", "format"], ["array", "opaque"])
    func attributesOfAnotherForm(name: String, kind: String) throws {
        let trace = folder("trace.h5")
        put(bytes(of: ConformanceTests.fixtures.appendingPathComponent("iql.h5").path), at: trace)
        edit(trace) { file in
            H5Adelete(file, name)
            let size: [hsize_t] = [kind == "array" ? 2 : 1]
            let space = H5Screate_simple(1, size, nil)
            let type = kind == "array" ? ab_H5T_NATIVE_DOUBLE() : H5Tcreate(H5T_OPAQUE, 4)
            H5Aclose(H5Acreate2(file, name, type, space, ab_H5P_DEFAULT(), ab_H5P_DEFAULT()))
            H5Sclose(space)
        }
        let error = #expect(throws: HarnessError.self) { try Conformance(trace) }
        let sentence = error.map { "\($0)" } ?? ""
        #expect(error?.exitStatus == .badInput && sentence.hasPrefix("\(trace): '/@\(name)': "), "\(sentence)")
        #expect(sentence.contains("expected text or one number, found "), "\(sentence)")
    }

    @Test(arguments: [
        ("steps", "'step'"), ("Config", "'config'"), ("made_by", "one of config, dataset, format, learner, step"),
    ])
    func unknownAttributes(name: String, hint: String) throws {
        let trace = folder("trace.h5")
        put(bytes(of: ConformanceTests.fixtures.appendingPathComponent("iql.h5").path), at: trace)
        edit(trace) { file in
            let space = H5Screate(H5S_SCALAR)
            H5Aclose(H5Acreate2(file, name, ab_H5T_NATIVE_DOUBLE(), space, ab_H5P_DEFAULT(), ab_H5P_DEFAULT()))
            H5Sclose(space)
        }
        #expect(throws: HarnessError.badInput("\(trace): attributes: expected \(hint), found '\(name)'")) {
            try Conformance(trace)
        }
    }

    @Test(arguments: ["batches", "batches/actions", "initial/policy", "initial/policy/fc0/weight"])
    func attributesOfGroupsAndArrays(object: String) throws {
        let trace = folder("trace.h5")
        put(bytes(of: ConformanceTests.fixtures.appendingPathComponent("iql.h5").path), at: trace)
        edit(trace) { file in
            let space = H5Screate(H5S_SCALAR)
            let owner = H5Oopen(file, object, ab_H5P_DEFAULT())
            H5Aclose(H5Acreate2(owner, "unit", ab_H5T_NATIVE_DOUBLE(), space, ab_H5P_DEFAULT(), ab_H5P_DEFAULT()))
            for id in [owner, space] { H5Idec_ref(id) }
        }
        #expect(throws: HarnessError.badInput("\(trace): /\(object): expected no attributes, found 'unit'")) {
            try Conformance(trace)
        }
    }
}

import Foundation
import Paths
import ProgramRuns
import ScratchFiles
import Testing

/// Unusual names, modes and links on the command line; a shell creates them, because a test's own strings are UTF-8.
@Suite struct PathTests {
    private let folder = TemporaryFolder()

    /// Runs a shell script in the test's folder, with the program's path
    /// as `$AB` and the folder of `data.hdf5` as `$D`.
    private func shell(_ script: String) throws -> ChildProcess {
        put(SystemRun.study.replacing("steps: 60", with: "steps: 10").utf8, at: folder("study.yaml"))
        return try ChildProcess.run(
            "active-bench", [],
            prefix: ["env", "-C", folder.path, "sh", "-c", "AB=$1; \(script)", "sh"],
            environment: ["D": SystemRun.inputs.path, "ACTIVE_BENCH_DATA": SystemRun.inputs.path])
    }

    /// Names that are not UTF-8, in arguments, in variables and as the working folder, are used unchanged.
    @Test func namesAreBytes() throws {
        let child = try shell(
            #"""
            set -e
            odd=$(printf 'lauf-m\344rz'); other=$(printf '\377\200'); mkdir "$odd"
            cp "$D"/* study.yaml "$odd/"
            "$AB" data verify "$odd/hopper_random-r1.hdf5"
            "$AB" run "$odd/study.yaml" --out "$odd/out" > /dev/null
            "$AB" table "$odd/out" > "$odd/table"; cmp "$odd/table" "$odd/out/table.md"
            "$AB" status "$odd/out" > /dev/null
            ACTIVE_BENCH_DATA="$PWD/$odd" "$AB" run study.yaml --out out > /dev/null
            cmp out/table.md "$odd/out/table.md"
            cd "$odd"
            "$AB" evaluate --env hopper --policy policy.safetensors --episodes 1 --record "$other" --json
            "$AB" evaluate --env hopper --policy policy.safetensors --episodes 1 --record ../out.hdf5 > /dev/null
            cmp "$other" ../out.hdf5
            "$AB" collect train --env hopper --steps 5 --snapshot-every 5 --out "$other-train" > /dev/null
            test -s "$other-train/seed-0/learning-curve.csv"
            "$AB" evaluate --env hopper --policy "$other-absent" --episodes 1 || test $? = 65
            cd ..; ls | od -c | grep -q '357 277 275' && exit 9
            find . -name '*.tmp*' | grep . && exit 8
            true
            """#)
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.standardOutput.contains("lauf-m\u{FFFD}rz/hopper_random-r1.hdf5: good"))
        #expect(child.errorLines.contains("\u{FFFD}\u{FFFD}-absent: no such policy file"), "\(child.output)")
    }

    /// The program and the files in its folder, programs that it starts,
    /// and folders in variables have names of any bytes.
    @Test func programsAndFoldersHaveNamesOfAnyBytes() throws {
        let child = try shell(
            #"""
            set -e
            odd=$PWD/$(printf 'w\344rk\377'); mkdir "$odd"
            cp "$AB" "$(dirname "$AB")/libactive-bench-allocations.so" "$D/hopper_random-r1.hdf5" "$odd/"
            "$odd/active-bench" bench steps --only BC --steps 2 --repetitions 1 --json > steps
            grep '"allocationsPerStep" : 0' steps > /dev/null
            "$odd/active-bench" data verify "$odd/hopper_random-r1.hdf5"
            "$odd/active-bench" info > /dev/null
            printf '#!/bin/sh\necho 0.5\n' > "$odd/python"
            printf '#!/bin/sh\n: > called\nexec %s "$@"\n' "$(command -v ffmpeg)" > "$odd/ffmpeg"
            chmod +x "$odd/python" "$odd/ffmpeg"
            "$AB" bench loading "$D/hopper_random-r1.hdf5" --repetitions 1 --python "$odd/python" | grep -F "of h5py's 0.500 s"
            PATH="$odd:$PATH" "$AB" render --env hopper --policy "$D/policy.safetensors" --size 16x16 --steps 2 --out clip.mp4
            test -e called; test -s clip.mp4
            TMPDIR=$odd "$AB" bench loading --rows 20 --repetitions 1 > /dev/null
            sed 's|hopper-random-r1|{name: mine, file: ~/hopper_random-r1.hdf5, environment: hopper}|' study.yaml > own.yaml
            HOME=$odd "$AB" run own.yaml --out own > /dev/null
            find . | od -c | grep -q '357 277 275' && exit 9
            ls "$odd" | grep ^active-bench- && exit 8
            true
            """#)
        #expect(child.exitCode == 0, "\(child.output)")
    }

    /// Names with blanks, quotes, newlines, percent signs, or a dash at the beginning.
    @Test(arguments: ["my runs/größe 10 %/x", "a\nb", "it's \"so\"", "-dash", "e\u{301}/\u{E9}", "$HOME;*?[a]"])
    func namesOfText(name: String) throws {
        let child = try ChildProcess.run(
            "active-bench",
            [
                "evaluate", "--env", "hopper", "--policy", SystemRun.inputs("policy.safetensors"), "--episodes", "1",
                "--record=\(name)",
            ], prefix: ["env", "-C", folder.path])
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(files(below: folder.path) == [name])
    }

    /// The mode of every file and folder is what the umask leaves of 0666 and 0777: for runs, recordings and images.
    @Test(arguments: [("002", "664", "775"), ("022", "644", "755"), ("077", "600", "700"), ("000", "666", "777")])
    func modesAreLeftToTheUmask(umask: String, file: String, folder: String) throws {
        let child = try shell(
            """
            umask \(umask); mkdir w
            "$AB" run study.yaml --out w/run > /dev/null 2>&1 || exit 1
            "$AB" evaluate --env hopper --policy "$D/policy.safetensors" --episodes 1 --record w/e.hdf5 > /dev/null || exit 2
            "$AB" collect train --env hopper --steps 5 --snapshot-every 5 --out w/train > /dev/null || exit 3
            "$AB" conform \(ConformCommandTests.fixtures)/bc.h5 --out w/conform.h5 || exit 4
            find w -printf '%m %y\\n' | sort -u
            """)
        #expect(child.standardOutput == "\(file) f\n\(folder) d\n", "\(child.output)")
    }

    /// In a folder with a default access list (`setfacl -d -m g:daemon:rwx`) everything that is created has the list,
    /// whatever the umask and the way in which it was created.
    @Test func defaultAccessListsAreInherited() throws {
        #expect(mkdir(folder("w"), 0o755) == 0)
        let list = AccessList(group: 1)
        #expect(list.isSetForNewFiles(in: folder("w")))
        let child = try shell(
            """
            umask 077
            "$AB" run study.yaml --out w/run --keep-checkpoints > /dev/null 2>&1 || exit 1
            "$AB" evaluate --env hopper --policy "$D/policy.safetensors" --episodes 1 --record w/e.hdf5 > /dev/null || exit 2
            "$AB" collect train --env hopper --steps 5 --snapshot-every 5 --out w/train > /dev/null || exit 3
            "$AB" conform \(ConformCommandTests.fixtures)/bc.h5 --out w/conform.h5 || exit 4
            "$AB" probe-likelihood hopper-random-r1 --steps 2 --out w/likelihood > /dev/null || exit 5
            "$AB" render --env hopper --policy "$D/policy.safetensors" --size 16x16 --steps 2 --out w/frames > /dev/null || exit 6
            """)
        #expect(child.exitCode == 0, "\(child.output)")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder("w"))
        #expect(paths.contains { $0.hasSuffix("checkpoint-0000000010.bin") } && paths.count > 60)
        for path in paths {
            let whole = folder("w/\(path)")
            let isFolder = PathKind(ofPath: whole) == .folder
            #expect(AccessList.bytes(AccessList.ofThis, at: whole) == list.bytes(isFolder ? 7 : 6), "\(path)")
            #expect(AccessList.bytes(AccessList.ofNewFiles, at: whole) == (isFolder ? list.bytes(7) : nil), "\(path)")
        }
    }

    /// In a folder with the set-group-ID bit, a second member of the group
    /// may write everything that the first has created.
    @Test func aGroupsFolderKeepsItsGroup() throws {
        let child = try shell(
            """
            umask 002; mkdir w; chmod 2775 w
            "$AB" run study.yaml --out w/run > /dev/null 2>&1 || exit 1
            find w ! -perm -g+w | grep . && exit 2
            find w -type d ! -perm -2000 | grep . && exit 3
            true
            """)
        #expect(child.exitCode == 0, "\(child.output)")
    }

    /// Outputs that are symbolic links stay links, and their targets are written.
    @Test func linksAreWrittenThrough() throws {
        let child = try shell(
            """
            set -e
            mkdir home scratch scratch/run; P="$D/policy.safetensors"
            record() { "$AB" evaluate --env hopper --policy "$P" --episodes 1 --record "$1" > /dev/null; }
            record plain.hdf5
            touch scratch/old.hdf5
            ln -s ../scratch/old.hdf5 home/old.hdf5; ln -s ../scratch/new.hdf5 home/new.hdf5
            ln -s new2.hdf5 scratch/chain.hdf5; ln -s "$PWD/scratch/chain.hdf5" home/chain.hdf5
            for name in old new chain; do record home/$name.hdf5; test -L home/$name.hdf5; cmp home/$name.hdf5 plain.hdf5; done
            test -L scratch/chain.hdf5; test -s scratch/new2.hdf5
            ln -s ../scratch/run home/run; ln -s ../scratch/later home/later
            "$AB" run study.yaml --out home/run > /dev/null 2>&1
            "$AB" run study.yaml --out home/later > /dev/null 2>&1
            test -L home/run; test -L home/later; test -s scratch/later/run.json
            for name in table.md run.json logs/makespan.json; do
                mv scratch/run/$name scratch/kept; ln -s "$PWD/scratch/kept" scratch/run/$name
                "$AB" run study.yaml --out scratch/run > /dev/null 2>&1
                test -L scratch/run/$name; cmp scratch/run/$name scratch/kept; rm scratch/run/$name; mv scratch/kept scratch/run/$name
            done
            find . -name '*.tmp*' | grep . && exit 8
            ln -s loop home/loop; ln -s pong home/ping; ln -s ping home/pong
            for name in loop ping; do
                record home/$name && exit 9; "$AB" run study.yaml --out home/$name && exit 10
                "$AB" data verify home/$name && exit 11
            done
            true
            """)
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.errorLines.count == 6, "\(child.output)")
        #expect(child.errorLines.allSatisfy { $0.contains("Too many levels of symbolic links") }, "\(child.output)")
    }

    /// Names up to the file system's limit work; longer ones are refused in one sentence before anything runs.
    @Test(arguments: [200, 230, 240, 250, 255, 256, 300]) func longNames(length: Int) throws {
        let child = try shell(
            """
            name=$(head -c \(length) /dev/zero | tr '\\0' e)
            "$AB" evaluate --env hopper --policy "$D/policy.safetensors" --episodes 1 --record $name || exit $?
            test -s $name
            """)
        #expect(child.exitCode == (length > 255 ? 74 : 0), "\(child.output)")
        #expect(length <= 255 || child.standardOutput.isEmpty && child.errorLines.count == 1, "\(child.output)")
    }

    /// Folders nearly as deep as the system allows; where the paths of a
    /// case's files would be too long, nothing is begun.
    @Test(arguments: [(100, 0), (222, 65), (230, 65)]) func deepFolders(depth: Int, code: Int) throws {
        let child = try shell(
            """
            out=$(printf 'deeper-and-deeper/%.0s' $(seq 1 \(depth)))x
            "$AB" run study.yaml --out "$out" > /dev/null; code=$?
            "$AB" plan study.yaml --out "$out" > /dev/null; echo $code $?
            """)
        #expect(child.standardOutput == "\(code) \(code)\n", "\(child.output)")
        if code > 0 {
            #expect(
                child.errorLines.allSatisfy { $0.hasPrefix("the folder of the run lies too deep: ") }, "\(child.output)"
            )
            #expect(!folder.contents.contains("deeper-and-deeper"))
        }
    }
}

/// A POSIX access list as Linux stores it in a file's attributes (acl(5), linux/posix_acl_xattr.h), which gives all
/// permissions to the owner and to one group in addition to the file's own.
private struct AccessList {
    static let ofThis = "system.posix_acl_access"
    static let ofNewFiles = "system.posix_acl_default"

    let group: UInt32

    /// The list with the permission bits `owner` (read, write, execute) for the owner and as the mask; others have
    /// their permissions reduced as a mode of 0666 reduces 0777.
    func bytes(_ owner: UInt16) -> [UInt8] {
        let nobody = UInt32.max
        let entries: [(tag: UInt16, permissions: UInt16, id: UInt32)] = [
            (1, owner, nobody), (4, 5, nobody), (8, 7, group), (0x10, owner, nobody), (0x20, 5 & owner, nobody),
        ]
        return littleEndian(2 as UInt32)
            + entries.flatMap { littleEndian($0.tag) + littleEndian($0.permissions) + littleEndian($0.id) }
    }

    private func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    // setxattr(2) and getxattr(2), which Glibc's module leaves out.
    private typealias Setting =
        @convention(c) (
            UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer, Int, Int32
        ) -> Int32
    private typealias Getting =
        @convention(c) (
            UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer, Int
        ) -> Int

    private static func call<Function>(_ name: String, as type: Function.Type) -> Function? {
        dlsym(nil, name).map { unsafeBitCast($0, to: type) }
    }

    /// Sets the list as the default for new files in `folder`; returns whether that was possible.
    func isSetForNewFiles(in folder: String) -> Bool {
        Self.call("setxattr", as: Setting.self)?(folder, Self.ofNewFiles, bytes(7), bytes(7).count, 0) == 0
    }

    /// The attribute of a file; nil if it has none.
    static func bytes(_ name: String, at path: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = call("getxattr", as: Getting.self)?(path, name, &bytes, bytes.count) ?? -1
        return count < 0 ? nil : Array(bytes.prefix(count))
    }
}

import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// Names, modes and links that users have, from the command line: a shell makes them, as a test's own strings are UTF-8.
@Suite struct PathTests {
    private let folder = TemporaryFolder()

    /// Runs a shell script with the program's path as `$AB`, in the test's folder, where `data.hdf5`'s folder is `$D`.
    private func shell(_ script: String, limit: Int = 60) throws -> ChildProcess {
        put(SystemRun.study.replacing("steps: 60", with: "steps: 10").utf8, at: folder("study.yaml"))
        return try ChildProcess.run(
            "active-bench", [],
            prefix: ["env", "-C", folder.path, "sh", "-c", "AB=$1; \(script)", "sh"],
            environment: ["D": SystemRun.inputs.path, "ACTIVE_BENCH_DATA": SystemRun.inputs.path], limit: limit)
    }

    /// Names that are not UTF-8, in arguments, in variables and as the working folder: no other name is ever made.
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
            test -s "$other-train/learning-curve.csv"
            "$AB" evaluate --env hopper --policy "$other-absent" --episodes 1 || test $? = 65
            cd ..; ls | od -c | grep -q '357 277 275' && exit 9
            find . -name '*.tmp*' | grep . && exit 8
            true
            """#)
        #expect(child.exitCode == 0, "\(child.output)")
        #expect(child.standardOutput.contains("lauf-m\u{FFFD}rz/hopper_random-r1.hdf5: good"))
        #expect(child.complaints.contains("\u{FFFD}\u{FFFD}-absent: no such policy file"), "\(child.output)")
    }

    /// Blanks, quotes, newlines, percent signs, and a name that begins with a dash.
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

    /// What a file and a folder of everybody's get is what the umask leaves: of a run, of recordings and of pictures.
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

    /// A folder that hands its group on: the second member of it may write all the first has made.
    @Test func aGroupsFolderStaysTheGroups() throws {
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

    /// Outputs that are symbolic links stay links, and what they point to is written.
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
        #expect(child.complaints.count == 6, "\(child.output)")
        #expect(child.complaints.allSatisfy { $0.contains("Too many levels of symbolic links") }, "\(child.output)")
    }

    /// Names as long as file systems allow work; longer ones are refused in a sentence, before anything is run.
    @Test(arguments: [200, 230, 240, 250, 255, 256, 300]) func longNames(length: Int) throws {
        let child = try shell(
            """
            name=$(head -c \(length) /dev/zero | tr '\\0' e)
            "$AB" evaluate --env hopper --policy "$D/policy.safetensors" --episodes 1 --record $name || exit $?
            test -s $name
            """)
        #expect(child.exitCode == (length > 255 ? 74 : 0), "\(child.output)")
        #expect(length <= 255 || child.standardOutput.isEmpty && child.complaints.count == 1, "\(child.output)")
    }

    /// Folders nearly as deep as the system takes; where a case's files would not find room, nothing is begun.
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
                child.complaints.allSatisfy { $0.hasPrefix("the folder of the run lies too deep: ") }, "\(child.output)"
            )
            #expect(!folder.contents.contains("deeper-and-deeper"))
        }
    }
}

import Foundation
import ProgramRuns
import ScratchFiles
import Testing

/// `active-bench render` with the libraries and ffmpeg that jobs/test.sh installs, and as if they were absent.
@Suite struct RenderCommandTests {
    let folder = TemporaryFolder()

    private func render(
        _ arguments: String..., environment: String = "hopper", policy: String? = nil, prefix: [String] = []
    ) throws -> ChildProcess {
        let policy = policy ?? SystemRun.inputs("policy.safetensors")
        let common = ["render", "--env", environment, "--policy", policy, "--size", "64x48"]
        return try ChildProcess.run("active-bench", common + arguments, prefix: prefix)
    }

    private func refuses(
        _ child: ChildProcess, exitCode: Int32, says words: String..., location: SourceLocation = #_sourceLocation
    ) {
        expectRefusal(child, exitCode: exitCode, says: words, location: location)
    }

    // MARK: Images

    @Test func aClip() throws {
        let child = try render("--out", folder("clip.mp4"), "--steps", "6")
        #expect(child.exitCode == 0, "\(child.output)")
        let text = child.standardOutput
        #expect(text.hasPrefix("\(folder("clip.mp4")): episode 0 of hopper, return "), "\(text)")
        #expect(text.hasSuffix(" in 6 steps; 3 frames of 64x48, 41.67 a second\n"), "\(text)")
        #expect(folder.contents == ["clip.mp4"], "no unfinished file is left")
        let probe = try ChildProcess.run(
            "/usr/bin/ffprobe",
            [
                "-v", "error", "-count_frames", "-show_entries", "stream=width,height,r_frame_rate,nb_read_frames",
                "-of",
                "csv=p=0", folder("clip.mp4"),
            ])
        #expect(probe.output == "64,48,125/3,3\n")
    }

    @Test func aClipReplacesAnother() throws {
        put("old".utf8, at: folder("clip.mkv"))
        let child = try render("--out", folder("clip.mkv"), "--steps", "2", "--fps", "60")
        #expect(
            child.exitCode == 0 && child.standardOutput.contains("2 steps; 2 frames of 64x48, 60 a second"),
            "\(child.output)")
        #expect(bytes(of: folder("clip.mkv")).starts(with: [0x1A, 0x45, 0xDF, 0xA3]), "Matroska")
    }

    /// Both software renderers use Mesa's llvmpipe.
    @Test func bothLibrariesDrawTheSame() throws {
        for library in ["egl", "osmesa"] {
            let child = try render(
                "--out", folder(library), "--steps", "3",
                prefix: ["env", "MUJOCO_GL=\(library)", "LIBGL_ALWAYS_SOFTWARE=1"])
            #expect(child.exitCode == 0, "\(child.output)")
        }
        let names = ["frame-000000.png", "frame-000001.png"]
        #expect(files(below: folder("egl")) == names && files(below: folder("osmesa")) == names)
        for name in names { #expect(bytes(of: folder("egl/\(name)")) == bytes(of: folder("osmesa/\(name)"))) }
    }

    // MARK: Missing parts

    @Test(arguments: ["frames", "clip.mp4"])
    func withoutOpenGL(_ output: String) throws {
        // The dynamic linker finds these before the real ones and cannot load them.
        for library in ["libEGL.so.1", "libOSMesa.so.8"] { put("".utf8, at: folder(library)) }
        let child = try render("--out", folder(output), prefix: ["env", "LD_LIBRARY_PATH=\(folder.path)"])
        refuses(
            child, exitCode: 69, says: "drawing needs OpenGL without a window, from libEGL.so.1 or libOSMesa.so.8",
            "`apt-get install libosmesa6`", "\(folder("libOSMesa.so.8")): file too short")
        #expect(folder.contents == ["libEGL.so.1", "libOSMesa.so.8"], "nothing was begun")
    }

    @Test func withoutADriver() throws {
        let driverless = ["env", "__EGL_VENDOR_LIBRARY_FILENAMES=/proc/absent"]
        refuses(
            try render("--out", folder("frames"), prefix: driverless + ["MUJOCO_GL=egl"]), exitCode: 69,
            says: "libEGL.so.1: it has no driver that works here")
        let child = try render("--out", folder("frames"), "--steps", "1", prefix: driverless)
        #expect(child.exitCode == 0, "OSMesa is still available: \(child.output)")
    }

    @Test func withoutFfmpeg() throws {
        let child = try render("--out", folder("clip.mp4"), prefix: ["env", "PATH=\(folder.path)"])
        refuses(
            child, exitCode: 69, says: "a clip needs the program ffmpeg, which is not on PATH",
            "`apt-get install ffmpeg`")
        #expect(folder.contents.isEmpty)
    }

    /// ffmpeg reports an error, ends silently, is killed, or succeeds before it has read anything.
    @Test(arguments: [
        ("head -c 20000 >/dev/null; echo 'No space left on device' >&2; exit 3", "code 3: No space left on device"),
        ("exit 1", "ffmpeg has ended with code 1"),
        ("kill -9 $$", "ffmpeg has ended with signal 9"),
        ("exec <&-; sleep 0.5; exit 0", "ffmpeg has ended with code 0"),
    ])
    func ffmpegDies(script: String, sentence: String) throws {
        put("#!/bin/sh\n\(script)\n".utf8, at: folder("ffmpeg"))
        chmod(folder("ffmpeg"), 0o755)
        let child = try render("--out", folder("clip.mp4"), prefix: ["env", "PATH=\(folder.path):/usr/bin:/bin"])
        refuses(child, exitCode: 74, says: "\(folder("clip.mp4")): ", sentence)
        #expect(folder.contents == ["ffmpeg"], "no half-written clip is left")
    }

    // MARK: Bad input

    @Test func badPolicies() throws {
        refuses(
            try render("--out", folder("frames"), environment: "hoper"), exitCode: 65,
            says: "there is no environment 'hoper'; did you mean 'hopper'?")
        refuses(
            try render("--out", folder("frames"), environment: "walker2d"), exitCode: 65, says: "walker2d", "17", "11")
        refuses(
            try render("--out", folder("frames"), policy: folder("absent")), exitCode: 65,
            says: "\(folder("absent")): no such policy file")
        #expect(folder.contents.isEmpty)
    }

    @Test func badOutputs() throws {
        put("x".utf8, at: folder("file"))
        refuses(
            try render("--out", folder("file")), exitCode: 65,
            says: "\(folder("file")): expected a folder for the frames, found a file")
        refuses(
            try render("--out", folder.path), exitCode: 65,
            says: "\(folder.path): expected an empty folder for the frames, found 1 file in it")
        refuses(
            try render("--out", folder("file/frames")), exitCode: 74,
            says: "\(folder("file/frames")): cannot look for: Not a directory")
        refuses(
            try render("--out", folder("absent/clip.mp4")), exitCode: 74,
            says: "\(folder("absent/clip.mp4")): cannot create: No such file or directory")
        try FileManager.default.createDirectory(atPath: folder("a.mp4"), withIntermediateDirectories: false)
        refuses(
            try render("--out", folder("a.mp4")), exitCode: 65, says: "expected a place for a clip, found a folder")
        #expect(folder.contents == ["a.mp4", "file"])
    }

    @Test(arguments: [
        ["--size", "0x48"], ["--size", "4097x48"], ["--size", "64"], ["--size", "64x48x3"], ["--size", "-64x48"],
        ["--size", "65x48"], ["--fps", "0"], ["--fps", "nan"], ["--fps", "1e9"], ["--steps", "0"], ["--episode", "-1"],
        ["--profile", "gymnasium-v9"],
    ])
    func badOptions(_ option: [String]) throws {
        let child = try render("--out", folder("clip.mp4"), option[0], option[1])
        #expect(child.exitCode == 64, "\(child.output)")
        #expect(child.standardError.contains(option[0]), "\(child.standardError)")
        #expect(folder.contents.isEmpty)
    }
}

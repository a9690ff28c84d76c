import Environments
import Failures
import Foundation
import Paths
import Storage

/// A destination for the images of an episode, in order. Its output appears under its name only after `finish`.
protocol ImageSink: AnyObject {
    /// Writes the next image.
    func write(_ image: Image) throws
    /// Moves the output to its name.
    func finish() throws
    /// Removes what was written.
    func discard()
}

/// A folder of numbered PNG files, `frame-000000.png` onwards.
final class FrameFolder: ImageSink {
    private let path: String
    private let unfinished: String
    private let isNew: Bool
    private var names: [String] = []

    /// Creates the folder if it does not exist.
    ///
    /// - Throws: `HarnessError.badInput` if it is not empty, `.io`.
    init(_ path: String) throws {
        isNew = try !FileCalls.isThere(path)
        if let kind = PathKind(ofPath: path), kind != .folder {
            throw HarnessError.badInput("\(path): expected a folder for the frames, found \(kind.rawValue)")
        }
        // A rendering process writes into its own temporary subfolder, which remains if it is killed.
        var found = 0
        for entry in try FileCalls.names(in: path) ?? [] {
            let isLeft =
                entry.hasPrefix(DurableFile.temporaryMark)
                && !DurableFile.isAtWork(onUnfinished: "\(path)/\(entry)", now: FileSystemClock.now(in: path))
            guard isLeft else {
                found += 1
                continue
            }
            for name in try FileCalls.names(in: "\(path)/\(entry)") ?? [] { Paths.unlink("\(path)/\(entry)/\(name)") }
            Paths.rmdir("\(path)/\(entry)")
        }
        guard found == 0 else {
            throw HarnessError.badInput(
                "\(path): expected an empty folder for the frames, found \(found) file\(found == 1 ? "" : "s") in it")
        }
        self.path = path
        unfinished = "\(path)/\(DurableFile.temporarySuffix)"
        try DurableFile.makeFolder(path)
        do {
            try DurableFile.makeFolder(unfinished)
        } catch {
            if isNew { Paths.rmdir(path) }
            throw error
        }
    }

    func write(_ image: Image) throws {
        let name = "frame-\(names.count.zeroPadded(to: 6)).png"
        names.append(name)
        try DurableFile.write(PNG.encode(image), to: "\(unfinished)/\(name)")
    }

    func finish() throws {
        for name in names {
            let place = "\(path)/\(name)"
            try DurableFile.move("\(unfinished)/\(name)", to: place, named: place)
        }
        Paths.rmdir(unfinished)
    }

    func discard() {
        for name in names {
            Paths.unlink("\(unfinished)/\(name)")
            Paths.unlink("\(path)/\(name)")
        }
        Paths.rmdir(unfinished)
        if isNew { Paths.rmdir(path) }
    }
}

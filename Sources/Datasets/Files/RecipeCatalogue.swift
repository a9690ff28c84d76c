package import Environments
import Glibc

/// The datasets of our recipes, by the digests of their contents.
package enum RecipeCatalogue {
    /// Returns the recording whose dataset's file has the name of the file at `path`; nil if no recipe makes it.
    package static func recording(ofFile path: String) -> DatasetRecipe.Recording? {
        let name = path.split(separator: "/").last.map { String($0) } ?? path
        return DatasetLocation.dataset(ofFile: name).flatMap { recording(of: $0) }
    }

    /// Returns the recording of `dataset`; nil if no recipe makes it.
    package static func recording(of dataset: String) -> DatasetRecipe.Recording? {
        EnvironmentRegistry.recordings.first { $0.dataset == dataset }
    }

    /// Returns a note if the file at `path` has the name of one of these datasets but other contents; else nil.
    package static func note(onFile path: String, contentsSHA256: String) -> String? {
        guard let recording = recording(ofFile: path), let known = recording.contents, known != contentsSHA256 else {
            return nil
        }
        return
            "\(path) is not the \(recording.dataset) of this repository's results: its contents are others, as those of "
            + "another version of active-bench or of its packages are"
    }
}

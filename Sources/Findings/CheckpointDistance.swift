import Failures
package import RunFolders

/// The largest number of gradient steps between two checkpoints of a case, which is the most that a restart can have
/// repeated.
///
/// It is read from the rows `checkpoint` and `resume` of the cases' `timing.csv`. A case must have resumed from its last
/// checkpoint there, or from the next one, whose row was lost with the process.
package struct CheckpointDistance {
    /// Gradient steps.
    package let largest: Int

    /// Reads a run whose checkpoints are `interval` steps apart.
    ///
    /// - Throws: `HarnessError` if a file is missing or is not what it should be, or if a case went back, or further
    ///   ahead than one interval.
    package init(_ folder: RunFolder, interval: Int) throws {
        var largest = 0
        for entry in try RunManifest.read(folder).cases {
            let path = folder.file("cases/\(entry.identifier)/timing.csv")
            let times = try CSVColumns(path)
            var last = 0
            for (phase, number) in try zip(times.texts("phase"), times.numbers("step"))
            where phase == "checkpoint" || phase == "resume" {
                guard let step = Int(exactly: number), (last...last + interval).contains(step) else {
                    throw HarnessError.badInput(
                        "\(path): expected a \(phase) at step \(last) to \(last + interval), found step \(number)")
                }
                largest = max(largest, step - last)
                last = step
            }
        }
        self.largest = largest
    }
}

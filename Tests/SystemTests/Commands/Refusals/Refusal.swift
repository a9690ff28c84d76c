import ProgramRuns
import Testing

/// Fails unless the program has ended with `exitCode`, one line on standard error that has all of `words`, and nothing on
/// standard output.
func expectRefusal(
    _ child: ChildProcess, exitCode: Int32 = 65, says words: [String], location: SourceLocation = #_sourceLocation
) {
    #expect(child.exitCode == exitCode, "\(child.output)", sourceLocation: location)
    #expect(child.errorLines.count == 1, "\(child.standardError)", sourceLocation: location)
    for word in words {
        #expect(
            child.errorLines.first?.contains(word) == true, "\(word) in \(child.standardError)",
            sourceLocation: location)
    }
    #expect(child.standardOutput.isEmpty, sourceLocation: location)
}

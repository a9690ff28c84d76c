import ArgumentParser
import DatasetTools
import Policies

extension Collect {
    /// `active-bench collect halve`: rounds a policy to half precision.
    struct Halve: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a policy file with all numbers in half precision, which takes half the space.",
            discussion: """
                Every number is rounded to the nearest of IEEE 754's binary16, ties to even; a policy with a larger number \
                than 65504 is refused. Metadata are kept, and 'precision' is added to them. Tensors that acting does not need \
                are left out. The file is a policy of its own: its actions differ from those of the original.
                """)

        @Option(help: "Policy file (safetensors).")
        var policy: String
        @Option(help: "Policy file to write.")
        var out: String

        func run() throws {
            try runAlone {
                let note = try HalfPrecisionPolicy.write(policy, to: out)
                if let note { say(note) }
            }
        }
    }
}

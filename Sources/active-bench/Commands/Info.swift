import ArgumentParser
import Cases
import Foundation
import MPI

/// `active-bench info`: prints the program's libraries and where it runs.
struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print versions, ranks, their cores, and what computes products.")

    @Flag(help: "As JSON.")
    var json = false

    func run() throws {
        runOnAllRanks { world in
            let build = Provenance.Build.ofThisProgram()
            let own = Provenance.ofThisProcess(build, rank: world.rank, ranks: world.size)
            guard let all = try world.gather(Array(own.encoded())) else { return }
            let ranks = try all.map { try JSONDecoder().decode(Provenance.self, from: Data($0)) }
            if json {
                try emit(line: "[" + all.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",") + "]")
            } else {
                try emit(Info.report(own, ranks))
            }
        }
    }

    private static func report(_ own: Provenance, _ ranks: [Provenance]) -> String {
        let lines = ranks.map { rank in
            "  rank \(rank.rank) on \(rank.host): cores \(rank.cores), "
                + "products: \(rank.products ?? "unknown"); \(rank.blasThreads) BLAS thread\n"
        }
        return """
            active-bench  \(own.build.source), executable sha256 \(own.build.executableSHA256.prefix(16))…
            compiler      \(own.build.compiler); networks in \(own.real)
            MPI           \(own.mpi)
            BLAS          \(own.blas)
            HDF5          \(own.hdf5)
            MuJoCo        \(own.mujoco)
            glibc         \(own.glibc), kernel \(own.kernel)
            processor     \(own.processor)
            ranks         \(ranks.count)

            """ + lines.joined()
    }
}

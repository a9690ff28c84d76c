import MPI

/// Makes every call of the module MPI and checks the answer on every rank. The tests of MPI run it under mpirun.
@main
enum MPIExercise {
    static let exercises: [(name: String, run: @Sendable (Communicator) throws -> Void)] = [
        ("start", start),
        ("binding", binding),
        ("collectives", exerciseCollectives),
        ("progress", exerciseProgress),
        ("dropped-record", exerciseDroppedRecord),
        ("groups", exerciseGroups),
        ("minimum", exerciseMinimum),
        ("messages", exerciseMessages),
        ("shared-blocks", exerciseSharedBlocks),
        ("invalid-destination", invalidDestination),
        ("invalid-root", invalidRoot),
        ("abort", abortWhileOthersWait),
        ("supervised-stop", Supervised.stop),
        ("supervised-stop-once", Supervised.stopOnceDeliveredTwice),
        ("supervised-stop-twice", Supervised.stopTwice),
        ("supervised-ignored", Supervised.ignoredSignals),
        ("supervised-stop-launcher", Supervised.stopUnderLauncher),
        ("supervised-hang", Supervised.hang),
        ("supervised-suspension", Supervised.suspension),
        ("supervised-segv", Supervised.segmentationFault),
        ("supervised-overflow", Supervised.stackOverflow),
        ("supervised-trap", Supervised.trap),
        ("supervised-abort", Supervised.abort),
        ("supervised-bus", Supervised.killedBySignal),
        ("supervised-exit", Supervised.exitEarly),
        ("supervised-where", Supervised.whereabouts),
    ]

    static func main() {
        let names = exercises.map(\.name).joined(separator: " | ")
        guard CommandLine.arguments.count == 2,
            let exercise = exercises.first(where: { $0.name == CommandLine.arguments[1] })
        else { fail("usage: mpi-exercise \(names)", code: 64) }
        do {
            let world = try MPIEnvironment.start()
            try exercise.run(world)
            try MPIEnvironment.finish()
        } catch let mismatch as LauncherMismatch {
            fail("\(mismatch)", code: 64)
        } catch {
            fail("\(error)", code: 70)
        }
    }

    /// Prints the error and ends the job.
    static func fail(_ message: String, code: Int32) -> Never {
        print("mpi-exercise: \(message)")
        MPIEnvironment.abort(code: code)
    }
}

/// An answer that differs from the expected one.
struct WrongAnswer: Error, CustomStringConvertible {
    let description: String
}

/// Throws unless `found` is `expected`.
func require<Value: Equatable>(_ found: Value, is expected: Value, _ what: String, on world: Communicator) throws {
    guard found == expected else {
        throw WrongAnswer(description: "rank \(world.rank) of \(world.size): \(what) is \(found), not \(expected)")
    }
}
